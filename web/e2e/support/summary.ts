import type { FullConfig, Reporter, Suite } from '@playwright/test/reporter'

/** The last lines of a run that failed: each test that did, and what it expected; a log is often read from its end. */
export default class Summary implements Reporter {
  private root: Suite | undefined
  onBegin(_config: FullConfig, root: Suite) {
    this.root = root
  }
  onEnd() {
    for (const test of this.root?.allTests().filter((one) => one.outcome() === 'unexpected') ?? []) {
      console.log(`\n--- ${test.titlePath().filter(Boolean).join(' › ')}`)
      for (const { errors, retry } of test.results) for (const error of errors) console.log(`try ${retry + 1}: ${(error.message ?? 'no error was told').replace(/\u001b\[[\d;]*m/g, '').replace(/\s+/g, ' ').slice(0, 500)}\n  at ${error.location?.file.split('/').at(-1)}:${error.location?.line}`)
    }
  }
}
