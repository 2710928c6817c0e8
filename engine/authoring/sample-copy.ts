/** Long and short copy for a template that no campaign uses yet. */
interface Sample {
  readonly locale: string
  readonly long: string
  readonly short: string
}

/** Several scripts, and German for its long words. */
const SAMPLES: readonly Sample[] = [
  {
    locale: 'en-US',
    long: 'Wake up somewhere new every morning, with everything you need and nothing that you have to carry',
    short: 'Go now',
  },
  {
    locale: 'de-DE',
    long: 'Jeden Morgen woanders aufwachen: Wohnmobilvermietung ohne Vertragsabschlussgebühren und Kilometerbegrenzung',
    short: 'Jetzt los',
  },
  {
    locale: 'th-TH',
    long: 'ตื่นขึ้นในที่ใหม่ทุกเช้าพร้อมทุกสิ่งที่คุณต้องการโดยไม่ต้องแบกสัมภาระใดๆให้หนักใจอีกต่อไป',
    short: 'ไปเลย',
  },
  {
    locale: 'ko-KR',
    long: '매일 아침 새로운 곳에서 눈을 뜨고, 필요한 모든 것을 갖춘 채 아무것도 들지 않고 떠나는 여행을 시작하세요',
    short: '지금 출발',
  },
  {
    locale: 'ar-EG',
    long: 'استيقظ كل صباح في مكان جديد ومعك كل ما تحتاج إليه من دون أن تحمل شيئا على ظهرك طوال الطريق',
    short: 'انطلق',
  },
]

export const SAMPLE_LOCALES: readonly string[] = SAMPLES.map(({ locale }) => locale)

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The sample text of one of SAMPLE_LOCALES, cut to `maxGraphemes`: the longest the slot allows. */
export function sampleText(locale: string, length: 'longest' | 'shortest', maxGraphemes: number): string {
  const { long, short } = SAMPLES.find((each) => each.locale === locale) ?? SAMPLES[0]!
  const text = length === 'longest' ? long : short
  return Array.from(graphemes.segment(text), ({ segment }) => segment)
    .slice(0, maxGraphemes)
    .join('')
    .trim()
}
