/** One conversation in a workspace. */
export interface Thread {
  id: number;
  name: string;
  /** Unique within its workspace, so that nobody learns of the threads of another. */
  slug: string;
  workspaceId: number;
  /** Whose it is in multi-user mode; null: nobody's in particular. */
  userId: number | null;
  /** ms since 1970. */
  createdAt: number;
  updatedAt: number;
}
