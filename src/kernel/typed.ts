/** What people type, before anything reads it. */

/** Full-width digits, letters and signs as plain ones: Chinese keyboards give `１３８` for 138. */
export const halfWidth = (typed: string): string => typed.normalize('NFKC');

/** The digits of an order number, however it was typed. */
export const digitsOf = (typed: string): string => halfWidth(typed).replace(/\D/g, '');

/** Whether what somebody looks for is a number, not words of a demand. */
export const asksNumber = (asked: string): boolean =>
  !/[^\d\p{P}\p{S}\p{Z}\p{C}]/u.test(asked.normalize('NFKC'));
