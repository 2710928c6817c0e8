import { SAMPLE_RATIO_ALPHA } from '../../stats/sample-ratio.ts'
import { ENOUGH } from './enough-data.ts'

/** What each number of a report means; printed with it, because most arguments about reports are about this. */
export const DEFINITIONS: Readonly<Record<string, string>> = {
  people: 'distinct people with at least one decision; decisions without a person are counted apart',
  impressions: 'showings that were counted by their tracker, on the day they happened',
  'clicks per impression': 'clicks / impressions',
  'conversions per impression': 'conversions / impressions',
  'clicks (or conversions) per person':
    'goal events / people; 95 % interval of Student, absent under ' +
    `${ENOUGH.events} events or ${ENOUGH.people} people`,
  interval:
    "95 %, Wilson. impressions: nobody had more than one, each counts for itself; people: a person's impressions are " +
    'one cluster, so Wilson is taken at the effective number of impressions',
  comparison:
    'people who matched a narrow segment, by the arm they were assigned to (not by what they saw), one observation a ' +
    "person; difference of goal events per person with Welch's 95 % interval, valid for one look",
  lift: "difference / broad control, Fieller's interval: it leaves out 0 just when the difference's does",
  'people with a click (or conversion)':
    'people with a goal event / people; Wilson, the difference after Newcombe',
  assignment: `chi-square test of people by arm against the campaign's shares; broken below ${SAMPLE_RATIO_ALPHA}`,
  'by segment':
    'the segment of the ad unit that was shown: a narrow one has the narrow arm only, broad has broad control and ' +
    'people who matched nothing',
  '(house ad)': 'people in the holdout, who get the house ad instead of the campaign',
  hidden:
    'fewer people than the k floor, or the smallest sibling of such a line, so that no difference gives it away',
}
