/** Roles of people, by the names of the page. */
export const ROLES = [
  { value: 'default', label: 'member' },
  { value: 'manager', label: 'manager' },
  { value: 'admin', label: 'administrator' },
];

export const roleWord = (role: string): string => ROLES.find(({ value }) => value === role)?.label ?? role;
