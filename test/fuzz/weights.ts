/**
 * How often operations that take long are asked beside the others, which have 1. Writes and checks make the server read
 * its workspace again; reports bring the counters up to the log. What is cheap and takes a body is asked more often:
 * bodies can be spoilt in the most ways.
 */
export const WEIGHTS: Readonly<Record<string, number>> = {
  'PUT /v1/segments/{name}': 0.15,
  'PUT /v1/templates/{name}': 0.15,
  'PUT /v1/campaigns/{name}': 0.25,
  'POST /v1/campaigns/{name}/check': 0.1,
  'GET /v1/campaigns/{name}/guard': 0.15,
  'GET /v1/campaigns/{name}/history': 0.3,
  'GET /v1/campaigns/{name}/budget-plan': 0.3,
  'GET /v1/campaigns/{name}/report': 0.3,
  'GET /v1/campaigns/{name}/report/comparison': 0.3,
  'GET /v1/events/export': 0.15,
  'GET /v1/segment-sizes': 0.3,
  'GET /v1/ad-units/{file}': 0.4,
  'GET /v1/ad-units/{id}/pictures/{file}': 0.4,
  'POST /v1/campaigns/{name}/ope': 0.2,
  'GET /v1/audit': 0.2,
  'POST /v1/profiles/show': 0.1,
  'POST /v1/profiles/erase': 0.05,
  'POST /v1/doctor': 0.05,
  'POST /v1/events/fold': 0.1,
  'POST /v1/decisions': 4,
  'POST /v1/events': 4,
  'POST /openrtb2': 4,
}
