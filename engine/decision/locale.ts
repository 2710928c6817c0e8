/**
 * The campaign's locale for a viewer's languages, best first: the first language that is a locale exactly, else that
 * shares its language subtag; else the campaign's first locale.
 *
 * @param languages BCP 47 tags, e.g. ["de-AT", "en"]
 * @param locales the campaign's, at least one
 */
export function chooseLocale(languages: readonly string[], locales: readonly string[]): string {
  for (const language of languages) {
    const wanted = language.toLowerCase()
    const exact = locales.find((locale) => locale.toLowerCase() === wanted)
    if (exact !== undefined) return exact
    const near = locales.find((locale) => languageOf(locale) === languageOf(wanted))
    if (near !== undefined) return near
  }
  return locales[0]!
}

function languageOf(tag: string): string {
  return tag.split('-', 1)[0]!.toLowerCase()
}
