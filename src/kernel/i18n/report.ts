/** Words of the rates. */
// prettier-ignore
export const reportZh = {
} as const;

// prettier-ignore
export const reportEn: Record<keyof typeof reportZh, string> = {
};
