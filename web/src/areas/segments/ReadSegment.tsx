import { Link } from '@tanstack/react-router'
import type { SegmentItem } from '@/api/types'
import { ByVersion } from '@/parts/definition/InForce'
import { RunLine } from '@/parts/definition/RunLine'
import { SegmentTrendCard } from '@/parts/definition/TrendCard'
import { VersionsCard } from '@/parts/definition/VersionsCard'
import { useFormat } from '@/parts/format'
import { ExportSegment } from '@/parts/jobs/ExportMenu'
import { LinkButton } from '@/parts/LinkButton'
import { Card, Page } from '@/parts/Page'
import { useAt } from '@/parts/useAt'
import { Scores } from './Scores'

/** A segment for whoever may not change it, or as it was defined on a past day: who is in it, and by which rule. */
export function ReadSegment({ segment: s }: { segment: SegmentItem }) {
  const f = useFormat()
  const { t } = f
  const at = useAt()
  return (
    <Page
      title={f.label(s.label)} crumb={<Link to="/segments">{t('segments.title')}</Link>} note={<><span>{f.label(s.description)} <span className="mono">{s.key} · v{s.version}</span></span>{s.kind !== 'static' && <RunLine at={at} />}</>}
      actions={
        <>
          <ExportSegment segment={s.key} at={at} none={!s.size} />
          <LinkButton to="/customers" search={{ segment: s.key } as never} kind="primary">{t('segments.list')}</LinkButton>
        </>
      }
    >
      <Card>
        <dl className="facts">
          <div><dt>{t('segments.size')}</dt><dd>{f.integer(s.size)}</dd></div>
          <div><dt>{t('segments.share')}</dt><dd>{f.percent(s.share)}</dd></div>
          <div><dt>{t('segments.net')}</dt><dd>{f.compactMoney(s.net)}</dd></div>
        </dl>
      </Card>
      <Card title={t('segments.rule')}>
        <div className="stack">
          {s.kind === 'static' ? <p className="soft">{t('segments.static_note', { n: f.integer(s.size) })}</p> : <p className="sentence">{f.label(s.sentence)}</p>}
          {s.rule_text && <Scores rule={s.rule_text} day={s.as_of} />}
          {s.rule_text && <code className="anywhere">{s.rule_text}</code>}
          <p className="soft small">{t('segments.as_of', { day: s.as_of })}</p>
          <ByVersion {...s} />
        </div>
      </Card>
      <SegmentTrendCard name={s.key} at={at} />
      <VersionsCard of="segments" name={s.key} />
    </Page>
  )
}
