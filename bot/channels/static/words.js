// Every word the page says, in each language; the server puts those of chat_words.yml in when it serves this file.
export const words = {}; // words

// Fills {n} and the like.
export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

// Furigana is for showing; labels that are only read aloud go without it.
export const spoken = (text) => text.replace(/([一-龠々〆ヶ日])（[ぁ-ゖー]+）/g, "$1");
