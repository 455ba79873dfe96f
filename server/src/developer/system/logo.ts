/** Keyward's own mark: a key in a ring. */
export const LOGO_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 40" width="160" height="40" role="img" aria-label="Keyward">
<circle cx="20" cy="20" r="16" fill="none" stroke="#2f6f4f" stroke-width="4"/>
<circle cx="14" cy="20" r="4" fill="none" stroke="#2f6f4f" stroke-width="3"/>
<path d="M18 20h12m-4 0v5m4-5v4" fill="none" stroke="#2f6f4f" stroke-width="3"/>
<text x="46" y="27" font-family="sans-serif" font-size="22" font-weight="600" fill="#2f6f4f">Keyward</text>
</svg>
`;
