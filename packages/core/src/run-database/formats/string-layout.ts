/** A DuckDB string: four bytes of length, then the bytes themselves when they are no more than twelve. */
export const STRING_BYTES = 16;
export const STRING_WORDS: number = STRING_BYTES / 4;
export const INLINE_BYTES = 12;
