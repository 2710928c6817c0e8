import type { SlotValues } from '../../../templates/slot-values.ts'
import { typedText } from '../../../templates/typed-values.ts'

interface Copy {
  readonly [slot: string]: string
}

/** What the built-in templates say, in the four writings they are looked at in. */
const COPY: Readonly<Record<string, Copy>> = {
  'en-US': {
    headline: 'Weekends made for hiking in California',
    offer: 'Members save 20% on boots until Sunday',
    cta: 'Plan my trip',
    name: 'Two nights at the mountain lake',
    detail: 'Cabin, breakfast and a boat for two',
    kicker: 'Winter sale',
    statement: 'Sleep where the map runs out of roads.',
    footnote: 'Book by 30 November. Free cancellation.',
  },
  'th-TH': {
    headline: 'สุดสัปดาห์เดินป่าที่เชียงใหม่รอคุณอยู่',
    offer: 'สมาชิกลด 20% สำหรับรองเท้าเดินป่าถึงวันอาทิตย์',
    cta: 'วางแผนทริป',
    name: 'สองคืนริมทะเลสาบบนภูเขา',
    detail: 'บ้านพัก อาหารเช้า และเรือสำหรับสองคน',
    kicker: 'ลดราคาหน้าหนาว',
    statement: 'นอนในที่ที่แผนที่ไม่มีถนนไปถึง',
    footnote: 'จองภายใน 30 พฤศจิกายน ยกเลิกได้ฟรี',
  },
  'ko-KR': {
    headline: '제주에서 걷는 주말, 지금 떠나 보세요',
    offer: '회원은 일요일까지 등산화 20% 할인',
    cta: '여행 계획하기',
    name: '산속 호수에서 보내는 이틀 밤',
    detail: '오두막, 조식, 두 사람을 위한 배',
    kicker: '겨울 특가',
    statement: '지도에서 길이 끝나는 곳에서 잠들다',
    footnote: '11월 30일까지 예약. 무료 취소.',
  },
  'ar-EG': {
    headline: 'عطلات نهاية أسبوع صُنعت للمشي في الجبال',
    offer: 'وفّر 20% على الأحذية حتى يوم الأحد',
    cta: 'خطط لرحلتي',
    name: 'ليلتان على ضفاف بحيرة الجبل',
    detail: 'كوخ وإفطار وقارب لشخصين',
    kicker: 'تخفيضات الشتاء',
    statement: 'نَم حيث تنتهي كل الطرق على الخريطة',
    footnote: 'احجز قبل 30 نوفمبر. الإلغاء مجاني.',
  },
}

const PRICES: Readonly<Record<string, readonly [units: number, currency: string]>> = {
  'en-US': [189, 'USD'],
  'th-TH': [5900, 'THB'],
  'ko-KR': [259_000, 'KRW'],
  'ar-EG': [4500, 'EGP'],
}

export const LIBRARY_LOCALES = Object.keys(COPY)

/** Values for every slot of the built-in templates. */
export function libraryValues(locale: string): SlotValues {
  const [units, currency] = PRICES[locale]!
  const price = typedText({ price: { amountMicros: units * 1_000_000, currency } }, locale)!
  const texts = { ...COPY[locale]!, price, badge: '−20%' }
  return {
    ...Object.fromEntries(Object.entries(texts).map(([slot, text]) => [slot, { kind: 'text', text }])),
    photo: { kind: 'image', file: 'assets/hills.png' },
    product: { kind: 'image', file: 'assets/hills.png' },
    logo: { kind: 'image', file: 'assets/ring.png' },
    accent: { kind: 'colour', colour: '#0b7285' },
  }
}
