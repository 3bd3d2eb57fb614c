// Who looks at the board.

/** Whether a name is that of the instructor who looks at the page. */
export const isMe = (name: string | undefined): boolean => name !== undefined && name === document.body.dataset['me'];
