/** Words of the demo: banner, telephone, clock, ringing. */
// prettier-ignore
export const demoZh = {
} as const;

// prettier-ignore
export const demoEn: Record<keyof typeof demoZh, string> = {
};
