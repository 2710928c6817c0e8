import { parentPort, workerData } from 'node:worker_threads'
import { type LearnInput, learnOptions } from '../../engine/allocation/learn.ts'

/** Learns once and ends. */
parentPort!.postMessage(learnOptions(workerData as LearnInput))
