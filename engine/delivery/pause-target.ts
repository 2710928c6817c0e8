import { PolyadError } from '../../core/errors.ts'

/** What a pause stops. */
export type PauseTarget =
  | { readonly kind: 'campaign'; readonly campaign: string }
  /** An asset by its id, wherever there is one of it; or only that of a campaign, or of one of its slots. */
  | {
      readonly kind: 'asset'
      readonly asset: string
      readonly campaign: string | undefined
      readonly slot: string | undefined
    }
  /** A segment by its id; a grid's name stands for all its cells. */
  | { readonly kind: 'segment'; readonly segment: string }

export const TARGET_HELP =
  'write a campaign, asset:ID, asset:CAMPAIGN/ID, asset:CAMPAIGN/SLOT/ID or segment:ID'

/**
 * What is to be paused, as people write it: `summer` or `campaign:summer`, `asset:beach`, `asset:summer/beach`,
 * `asset:summer/photo/beach`, `segment:usa/CA` (`segment:usa` is every cell of that grid).
 *
 * @throws PolyadError INPUT_INVALID
 */
export function parsePauseTarget(text: string): PauseTarget {
  const [, kind = 'campaign', name = ''] = /^(?:(campaign|asset|segment):)?(.*)$/s.exec(text)!
  const refuse = (problem: string) =>
    new PolyadError('INPUT_INVALID', {
      what: 'pause',
      where: `"${text.slice(0, 200)}"`,
      problem,
      mend: TARGET_HELP,
    })
  if (name === '' || /[\s:]/.test(name)) throw refuse('it is no name')
  if (kind === 'segment') {
    if (name === 'broad') throw refuse('broad is everybody and cannot be paused; pause the campaign')
    return { kind, segment: name }
  }
  const parts = name.split('/')
  if (parts.some((part) => part === '') || parts.length > (kind === 'asset' ? 3 : 1)) {
    throw refuse('it is no name')
  }
  if (kind === 'campaign') return { kind, campaign: name }
  const [asset, slotOrCampaign, campaign] = parts.toReversed() as [string, string?, string?]
  return parts.length === 3
    ? { kind: 'asset', asset, slot: slotOrCampaign, campaign }
    : { kind: 'asset', asset, slot: undefined, campaign: slotOrCampaign }
}

/** The one way a target is written, by which it is found again. */
export function pauseTargetText(target: PauseTarget): string {
  switch (target.kind) {
    case 'campaign':
      return `campaign:${target.campaign}`
    case 'segment':
      return `segment:${target.segment}`
    case 'asset':
      return `asset:${[target.campaign, target.slot, target.asset].filter((part) => part !== undefined).join('/')}`
  }
}
