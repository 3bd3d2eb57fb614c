/**
 * Returns the text without blanks at the ends of lines, carriage returns and a byte order mark. With these, kubectl
 * shows and edits the whole file as one quoted line.
 */
export const tidy = (text: string): string => text.replace(/^\ufeff/, '').replace(/[ \t\r]+$/gm, '');
