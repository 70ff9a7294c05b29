/** Words of the understanding, the emergency panel, proposals and waiting. */
// prettier-ignore
export const adviceZh = {
} as const;

// prettier-ignore
export const adviceEn: Record<keyof typeof adviceZh, string> = {
};
