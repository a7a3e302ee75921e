/** The words of a code that came from elsewhere: undefined for one that nobody has words for, whatever it is called. */
export function known<Words extends object>(words: Words, code: string): Words[keyof Words] | undefined {
  return Object.hasOwn(words, code) ? words[code as keyof Words] : undefined;
}
