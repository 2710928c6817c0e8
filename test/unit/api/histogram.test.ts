import { expect, it } from 'vitest'
import { createHistogram } from '../../../api/histogram.ts'

it('counts what is at or under each bound, and everything under +Inf', () => {
  const histogram = createHistogram([0.25, 1])
  for (const seconds of [0.125, 0.25, 0.5, 1, 3]) histogram.observe(seconds)
  expect(histogram.lines('x', 'route="/a",')).toEqual([
    'x_bucket{route="/a",le="0.25"} 2',
    'x_bucket{route="/a",le="1"} 4',
    'x_bucket{route="/a",le="+Inf"} 5',
    'x_sum{route="/a"} 4.875',
    'x_count{route="/a"} 5',
  ])
  expect(histogram.lines('x', '').slice(-2)).toEqual(['x_sum 4.875', 'x_count 5'])
})
