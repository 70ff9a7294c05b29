export const consoleZh = {} as const;
export const consoleEn: Record<keyof typeof consoleZh, string> = {};
