import { SAMPLE_RATIO_ALPHA } from '../../stats/sample-ratio.ts'
import { DEFAULT_WINDOWS } from '../tracking/conversion.ts'
import { DOUBLE_CLICK_MS, TOO_SOON_MS } from '../tracking/filter.ts'
import { ENOUGH } from './enough-data.ts'

/** What each number of a report means; printed with it, because most arguments about reports are about this. */
export const DEFINITIONS: Readonly<Record<string, string>> = {
  people: 'distinct people with at least one decision; decisions without a person are counted apart',
  impressions: 'showings that were counted by their tracker, on the day they happened',
  viewable:
    'impressions of which half the pixels (from 242,500 pixels on, 30 %) were in view in a tab in front for one second ' +
    'without a break, where a tag could measure it',
  'events kept apart':
    `bot: the user agent is known or absent; prefetch: fetched ahead; too-soon: clicked within ${TOO_SOON_MS} ms of the ` +
    `impression; double-click: again within ${DOUBLE_CLICK_MS / 1000} s; repeat: fetched again; price: an auction price ` +
    'that is none or over the bid; currency: a value in another currency; ahead, early: reported for a time to come, or ' +
    'before its decision; outside-window: a conversion too long after; before-showing: a conversion before the ad was ' +
    'seen; no-decision: the log does not have its decision; after-retention: its decision was folded into counts before',
  conversions:
    `each belongs to the decision its token names. After a click of it within the campaign's days ` +
    `(${DEFAULT_WINDOWS.clickDays} unless set): click-through; else within its days of the showing ` +
    `(${DEFAULT_WINDOWS.viewDays} unless set): view-through; else kept apart`,
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
  'daily looks':
    'interval of the same difference that holds at every look together (asymptotic confidence sequence), narrowest at ' +
    'the people the check expected to be reached, 5,000 without a check',
  reach: 'distinct people with an impression; frequency: impressions / reach',
  spend:
    'impressions x costPerThousand / 1000 by the revision that served them: what was planned to be paid, not an ' +
    "invoice; for impressions bought at auctions, the prices of the exchange's notices. A price that fewer people of an " +
    'arm than the k floor were shown ads at counts as the most usual one',
  looks:
    'the comparison as it stood at the end of each day, all days before included; days with fewer people of an arm than ' +
    'the k floor, and hidden ones, are told with those after them',
  'cost per incremental goal event':
    'spend per person of narrow / difference of goal events per person, with the bounds of the difference; it divides ' +
    "all of narrow's spend, of which broad's ads would have cost about as much",
  'lift that could be seen':
    'smallest lift over broad that as many people show with 80 % power at one look, by the delta method',
  pace: "spend so far / share of the flight that is gone, by days of the campaign's time zone with today as half a day, against the budget",
  asked:
    'requests the campaign could have answered, being in its flight with the placement and somebody of its audience; ' +
    'bids offered at auctions are among those served. Counted every ten seconds: what a crash lost is not in it',
  lift: "difference / broad control, Fieller's interval: it leaves out 0 just when the difference's does",
  'people with a click (or conversion)':
    'people with a goal event / people; Wilson, the difference after Newcombe',
  assignment: `chi-square test of people by arm against the campaign's shares; broken below ${SAMPLE_RATIO_ALPHA}`,
  'leaf by leaf':
    'people by the leaf they matched and the arm they were assigned to, one observation a person and leaf; lift as above; ' +
    "q: Benjamini and Hochberg's over all leaves that can be read; narrow wins or loses where q is at most 0.05",
  'people with a click (or conversion), shrunk':
    "narrow's people with a goal event / people, drawn up the grid's tree as far as a leaf has few events (gamma-Poisson); " +
    'the interval takes the spread between leaves as known, so it is somewhat narrow',
  'more people needed': `people who match the leaf until each arm has ${ENOUGH.people} people and ${ENOUGH.events} goal events, about`,
  'equal segments': "1 / sum of squared shares of narrow's people; hidden leaves count as equal ones",
  'merge a leaf':
    'losing: narrow loses there whenever one looks (its confidence sequence is below 0), each leaf for itself',
  'match no narrow segment': 'people served broad for want of a segment, down to a multiple of the k floor',
  'effect of an option':
    "goal events per impression more than the slot's mean option by impressions, in % of the campaign's rate: least " +
    'squares on all slots at once with placement, locale, day and segment, drawn towards 0 by a spread a slot (REML); 95 % ' +
    "interval from people, not impressions; what only some combinations do is not in it; q: Benjamini and Hochberg's over " +
    'the options of all slots that have an effect; an option is better or worse where q is at most 0.05',
  shown: "impressions with the option / all impressions of the campaign's ads",
  'by segment':
    'the segment of the ad unit that was shown: a narrow one has the narrow arm only, broad has broad control and ' +
    'people who matched nothing',
  '(house ad)': 'people in the holdout, who get the house ad instead of the campaign',
  hidden:
    'fewer people than the k floor, or the smallest sibling of such a line, so that no difference gives it away',
}
