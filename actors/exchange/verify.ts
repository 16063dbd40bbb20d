import { crc32 } from "node:zlib"
import { ExchangeError } from "../errors.ts"
import type { AttemptKey, EndMarker, ExchangeBatch } from "./keys.ts"
import { attemptText } from "./keys.ts"

/**
 * Checks one partition of one producer as it comes by, batch for batch. Holds counts only, so the same check serves
 * the store's reader and whatever carries batches between nodes.
 */
export interface PartitionCheck {
  /** Throws ExchangeError when `batch` is not the next one, or not what its producer wrote. */
  readonly batch: (batch: ExchangeBatch) => void
  /** Throws ExchangeError when what came is not what the producer announced at its end. */
  readonly end: (marker: EndMarker | undefined) => void
}

export function partitionCheck(key: AttemptKey, partition: number): PartitionCheck {
  let batches = 0
  let rows = 0
  let bytes = 0
  const refuse = (what: string): never => {
    throw new ExchangeError({
      message: `${attemptText(key)}, partition ${partition}: ${what}; run the query again.`,
      stage: key.stage,
      task: key.task,
    })
  }
  return {
    batch: (batch) => {
      if (batch.sequence < batches) refuse(`batch ${batch.sequence} came again where batch ${batches} was expected`)
      if (batch.sequence > batches) {
        refuse(`batch ${batch.sequence} came where batch ${batches} was expected, so one was dropped or reordered`)
      }
      const checksum = crc32(batch.bytes)
      if (checksum !== batch.checksum) {
        refuse(
          `batch ${batch.sequence} is damaged: the checksum of its ${batch.bytes.byteLength} bytes is ` +
            `${hex(checksum)}, but ${hex(batch.checksum)} was written`,
        )
      }
      batches += 1
      rows += batch.rows
      bytes += batch.bytes.byteLength
    },
    end: (marker) => {
      if (marker === undefined) return refuse("the producer ended without an end marker for it")
      if (marker.batches === batches && marker.rows === rows && marker.bytes === bytes) return
      refuse(`the end marker says ${countsText(marker)}, but ${countsText({ batches, rows, bytes })} came`)
    },
  }
}

function countsText({ batches, rows, bytes }: EndMarker): string {
  return `${batches} batches of ${rows} rows and ${bytes} bytes`
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(8, "0")
}
