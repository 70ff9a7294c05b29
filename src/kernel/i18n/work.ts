/** Words of attachments, print, the gallery and what desks gained together. */
// prettier-ignore
export const workZh = {
} as const;

// prettier-ignore
export const workEn: Record<keyof typeof workZh, string> = {
};
