/** Why a thing cannot be what a segment is made of. */
export type SensitiveSubject =
  | 'health'
  | 'religion'
  | 'politics'
  | 'orientation'
  | 'ethnicity'
  | 'hardship'
  | 'minor'

/**
 * What cannot become a segment, whoever asks: not by an attribute of that name, not by a value of it. The platforms
 * refuse such audiences, and European law forbids advertising by them.
 *
 * To be compared in lower case. A word is met by a whole word of a name, where a name falls into words at its capitals,
 * digits and signs: `healthStatus` has the word `health`, `wealthBand` has not. So a plural is its own entry, and words
 * that mean something harmless as often (`party`, `skin`, `sex` for gender) are left out.
 */
export const SENSITIVE: {
  readonly asOf: string
  readonly source: readonly string[]
  /** Words of attribute names. */
  readonly words: Readonly<Record<SensitiveSubject, readonly string[]>>
  /** Whole values, of any attribute. */
  readonly values: Readonly<Record<string, SensitiveSubject>>
  /** Rows of IAB Audience Taxonomy 1.1; everything below one is meant with it. */
  readonly iabAudience: Readonly<Record<string, SensitiveSubject>>
} = {
  asOf: '2026-11-23',
  source: [
    'https://support.google.com/adspolicy/answer/143465 (sensitive interest categories)',
    'Regulation (EU) 2022/2065 (Digital Services Act), articles 26(3) and 28(2)',
    'Regulation (EU) 2016/679 (GDPR), article 9(1)',
  ],
  words: {
    health: [
      'health',
      'medical',
      'medication',
      'disease',
      'diseases',
      'illness',
      'illnesses',
      'diagnosis',
      'symptom',
      'symptoms',
      'disability',
      'disabilities',
      'pregnant',
      'pregnancy',
      'addiction',
      'addictions',
      'hiv',
      'genetic',
      'genetics',
    ],
    religion: [
      'religion',
      'religions',
      'religious',
      'faith',
      'church',
      'mosque',
      'synagogue',
      'belief',
      'beliefs',
    ],
    politics: [
      'politics',
      'political',
      'partisan',
      'affiliation',
      'vote',
      'votes',
      'voter',
      'voting',
      'ideology',
      'union',
      'unions',
    ],
    orientation: ['orientation', 'sexuality', 'sexual', 'gay', 'lesbian', 'lgbt', 'lgbtq', 'transgender'],
    ethnicity: [
      'ethnicity',
      'ethnic',
      'race',
      'races',
      'racial',
      'immigrant',
      'immigration',
      'refugee',
      'caste',
    ],
    hardship: [
      'hardship',
      'debt',
      'debts',
      'bankrupt',
      'bankruptcy',
      'insolvency',
      'homeless',
      'unemployed',
      'unemployment',
      'welfare',
      'divorce',
      'bereavement',
      'crime',
      'criminal',
      'conviction',
    ],
    minor: ['minor', 'minors', 'teen', 'teens', 'teenager', 'underage'],
  },
  values: {
    '13-17': 'minor',
    '0-12': 'minor',
    '6-12': 'minor',
    'under-13': 'minor',
    'under-16': 'minor',
    'under-18': 'minor',
    '<18': 'minor',
    minor: 'minor',
    teen: 'minor',
    child: 'minor',
  },
  iabAudience: {
    '37': 'hardship', // Employment Role | Unemployed
    '46': 'hardship', // Employment Status | Unemployed / Job Seeker
    '47': 'hardship', // Employment Status | Unemployed
    '192': 'hardship', // Affluence Band | Negative Net Worth
    '193': 'hardship', // Affluence Band | Very Low Net Worth
    '281': 'hardship', // Bankruptcy
    '374': 'health', // Food Allergies
    '381': 'health', // Health and Medical Services
    '407': 'health', // Children's Health
    '411': 'health', // Men's Health
    '413': 'health', // Senior Health
    '414': 'health', // Weight Loss
    '416': 'health', // Alternative Medicine
    '419': 'health', // Physical Therapy
    '420': 'health', // Smoking Cessation
    '421': 'health', // Women's Health
    '466': 'health', // Medical Health
    '496': 'religion', // Gospel Music
    '503': 'religion', // Religious (Music and Audio)
    '523': 'hardship', // Crime
    '529': 'politics', // Politics
    '537': 'hardship', // Personal Debt
    '550': 'health', // Pharmaceuticals, Conditions, and Symptoms
    '627': 'health', // Disabled Sports
    '762': 'health', // Health and Fitness Apps
    '765': 'health', // Medical Apps
    '1095': 'ethnicity', // General Food | Ethnic
    '1344': 'religion', // Religious Items
    '1387': 'hardship', // Credit Reporting and Debt Repair
    '1395': 'hardship', // Payday and Emergency Loans
    '1426': 'ethnicity', // Holiday and Ethnic Items
    '1448': 'health', // Health and Medical Services
    '1495': 'hardship', // Bail Bonds
    '1502': 'hardship', // Funeral Supplies and Services
    '1555': 'health', // Pharmaceuticals, Conditions, and Symptoms
  },
}
