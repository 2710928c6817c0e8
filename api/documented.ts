import { ProblemSchema } from './problem.ts'

/** What a route answers, for the OpenAPI document: what a success holds by status, and the failures there are. */
export function answers(successes: Readonly<Record<number, string>>, ...failures: readonly number[]): object {
  return {
    ...Object.fromEntries(
      Object.entries(successes).map(([status, description]) => [status, { description }]),
    ),
    ...Object.fromEntries(
      failures.map((status) => [
        status,
        {
          description: 'A problem; see its code',
          content: { 'application/problem+json': { schema: ProblemSchema } },
        },
      ]),
    ),
  }
}
