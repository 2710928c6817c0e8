/**
 * Age bands of adults as the large ad platforms report them, and the wider band each falls into. There is none under
 * 18: being a minor is on the sensitive list.
 */
export const AGE_BANDS = {
  asOf: '2026-11-23',
  source:
    'Google Ads demographic targeting: https://support.google.com/google-ads/answer/2580383; wider bands are ours',
  rows: [
    { id: '18-24', label: '18 to 24', wider: '18-34' },
    { id: '25-34', label: '25 to 34', wider: '18-34' },
    { id: '35-44', label: '35 to 44', wider: '35-54' },
    { id: '45-54', label: '45 to 54', wider: '35-54' },
    { id: '55-64', label: '55 to 64', wider: '55+' },
    { id: '65+', label: '65 and over', wider: '55+' },
  ],
  wider: [
    { id: '18-34', label: '18 to 34' },
    { id: '35-54', label: '35 to 54' },
    { id: '55+', label: '55 and over' },
  ],
} as const
