/** Takes credentials out of a text that a server sent. */
export type Mask = (text: string) => string;
