import { LineChart, SankeyChart } from 'echarts/charts'
import { GridComponent, MarkPointComponent, TooltipComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

echarts.use([LineChart, SankeyChart, GridComponent, TooltipComponent, MarkPointComponent, CanvasRenderer])

interface Props { option: echarts.EChartsCoreOption; height: number; label: string; onClick?: (event: { dataType?: string; data: unknown; name: string }) => void }

/** ECharts on a canvas, rich-text tooltips only: HTML ones would need a weaker content security policy. */
export default function EChart({ option, height, label, onClick }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<echarts.ECharts | null>(null)
  const click = useRef(onClick)
  click.current = onClick
  useEffect(() => {
    const element = box.current
    if (!element) return
    const made = echarts.init(element, null, { renderer: 'canvas' })
    chart.current = made
    made.on('click', (event) => click.current?.(event as never))
    const observer = new ResizeObserver(() => made.resize())
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.dispose()
      chart.current = null
    }
  }, [])
  useEffect(() => {
    chart.current?.setOption(option, true)
  }, [option])
  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} />
}
