import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createDoor } from '../../core/schema.ts'
import { type BudgetPlan, BudgetPlanSchema } from '../../engine/budget/budget-plan.ts'
import type { DecisionAnswer } from '../../engine/decision/answer.ts'
import { activate, CAMPAIGN, openWorld, person, type World } from './world.ts'

const door = createDoor('budget plan', BudgetPlanSchema)

describe('GET /v1/campaigns/:name/budget-plan', () => {
  let world: World
  const ask = (query: string, name = 'spring') =>
    world.ask({ url: `/v1/campaigns/${name}/budget-plan?${query}` })
  const planOf = async (query: string): Promise<BudgetPlan> => {
    const response = await ask(query)
    expect(response.statusCode, response.body).toBe(200)
    return door(response.json(), 'answer')
  }

  beforeAll(async () => {
    world = await openWorld({ keys: false })
    await activate(world)
  })
  afterAll(() => world.close())

  it('splits the budget to the cent, without history at the stated rate', async () => {
    const plan = await planOf('budget=100')
    expect(plan).toMatchObject({
      campaign: 'spring',
      revision: 1,
      budgetMicros: 100_000_000,
      currency: 'USD',
      audience: 210,
      value: null,
      history: { people: 0, impressions: 0 },
    })
    const { broadMicros, holdoutMicros, unspentMicros } = plan.rest
    const own = plan.leaves.reduce((sum, { budgetMicros }) => sum + (budgetMicros ?? 0), 0)
    expect(own + broadMicros + holdoutMicros + unspentMicros).toBe(100_000_000)
    // Washington has 30 people, under the floor of 50; Oregon's 60 would give it away.
    expect(plan.leaves.map(({ id, ad, people }) => [id, ad, people])).toEqual([
      ['california', 'narrow', 120],
      ['oregon', 'hidden', null],
      ['washington', 'hidden', null],
    ])
    expect((await ask('budget=100')).body).toBe((await ask('budget=100.00%20USD')).body)
  })

  it('learns from what was served, up to the last event', async () => {
    const events: object[] = []
    for (let i = 0; i < 120; i++) {
      const response = await world.ask({
        method: 'POST',
        url: '/v1/decisions',
        payload: { placement: 'iab-300x250', person: person(`CA-${i}`), consent: { personalise: true } },
      })
      const token = (response.json() as DecisionAnswer).impression.split('/').at(-1)!
      events.push({ token, type: 'impression' })
      if (i % 3 === 0) events.push({ token, type: 'click' })
      if (i % 6 === 0) events.push({ token, type: 'conversion', valueMicros: 8_000_000 })
    }
    const sent = await world.ask({ method: 'POST', url: '/v1/events', payload: { events } })
    expect(sent.json()).toMatchObject({ accepted: events.length })
    const plan = await planOf('budget=100')
    // Broad control has fewer people than the k floor, and is in no number.
    expect(plan.history.people).toBeGreaterThan(90)
    expect(plan.history.people).toBeLessThan(120)
    // Every third of them clicked, where the campaign expects one in fifty.
    expect(plan.leaves[0]!.rate!.value).toBeGreaterThan(0.02)
    expect(plan.value!.from).toBe('history')
    expect(plan.value!.perGoalEventMicros).toBeGreaterThan(2_500_000)
    expect(plan.value!.perGoalEventMicros).toBeLessThan(6_000_000)
    const given = await planOf('budget=100&value=1.50&frequencyCap=3&audience=1000000&revision=1')
    expect(given).toMatchObject({
      value: { perGoalEventMicros: 1_500_000, from: 'given' },
      frequencyCap: 3,
      audience: 1_000_000,
    })
  })

  it.each([
    ['', /budget/],
    ['budget=', /budget/],
    ['budget=lots', /\\?"lots\\?" is not an amount of money above 0; write it as 5000/],
    ['budget=-5', /is not an amount/],
    ['budget=0', /is nothing/],
    ['budget=100%20EUR', /is not in USD/],
    ['budget=100&value=x', /value: /],
    ['budget=100&frequencyCap=0', /frequencyCap/],
    ['budget=100&audience=1.5', /audience/],
    ['budget=100&revision=0', /revision/],
  ])('refuses "%s"', async (query, problem) => {
    const response = await ask(query)
    expect(response.statusCode, response.body).toBe(400)
    expect(response.json()).toMatchObject({ code: 'INPUT_INVALID', detail: expect.stringMatching(problem) })
  })

  it('has no plan of a campaign or revision that is not there, or was not checked', async () => {
    expect((await ask('budget=100', 'autumn')).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    expect((await ask('budget=100&revision=9')).json()).toMatchObject({ status: 404, code: 'NOT_FOUND' })
    await world.ask({
      method: 'PUT',
      url: '/v1/campaigns/spring',
      payload: { ...CAMPAIGN, title: 'Spring again' },
    })
    expect((await ask('budget=100')).json()).toMatchObject({ status: 409, code: 'CHECK_MISSING' })
    expect((await ask('budget=100&revision=1')).statusCode).toBe(200)
  })
})
