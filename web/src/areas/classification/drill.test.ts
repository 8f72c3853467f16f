import { describe, expect, it } from 'vitest'
import { bestRule, cohortRule, isRunning, majorText, monthDays } from './drill'

describe('rules behind figures', () => {
  it('knows where months end', () => {
    expect(monthDays('2026-02')).toEqual(['2026-02-01', '2026-02-28'])
    expect(monthDays('2024-02')).toEqual(['2024-02-01', '2024-02-29'])
    expect(monthDays('2026-11', 2)).toEqual(['2027-01-01', '2027-01-31'])
  })
  it('knows which month is not over', () => {
    expect([isRunning('2026-10', 1, '2026-11-28'), isRunning('2026-10', 1, '2026-11-30'), isRunning('2026-10', 0, '2026-11-28')]).toEqual([true, false, false])
  })
  it('says a cohort and who came back', () => {
    expect(cohortRule('2026-03')).toBe('min(orders.day) between 2026-03-01 and 2026-03-31')
    expect(cohortRule('2026-03', 1)).toBe('min(orders.day) between 2026-03-01 and 2026-03-31 and count(orders, day >= 2026-04-01, day <= 2026-04-30) >= 1')
  })
  it('writes money as people do', () => {
    expect([majorText(123450, 2), majorText(5, 2), majorText(-305, 2), majorText(42, 0)]).toEqual(['1234.50', '0.05', '-3.05', '42'])
    expect(bestRule(123450, 2)).toBe('orders >= 1 and net >= 1234.50')
  })
})
