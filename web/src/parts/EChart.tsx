import { BarChart, LineChart, SankeyChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkPointComponent, TooltipComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

echarts.use([BarChart, LineChart, SankeyChart, GridComponent, LegendComponent, TooltipComponent, MarkPointComponent, CanvasRenderer])

interface Props { option: echarts.EChartsCoreOption; height: number; label: string; onClick?: (event: { dataType?: string; data: unknown; name: string }) => void; onPlot?: (x: number, y: number) => void }

/** `onPlot`: a click anywhere between the axes, in their units: a thin line is hard to hit. ECharts on a canvas, rich-text tooltips only: HTML ones would need a weaker content security policy. */
export default function EChart({ option, height, label, onClick, onPlot }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<echarts.ECharts | null>(null)
  const click = useRef(onClick)
  click.current = onClick
  const plot = useRef(onPlot)
  plot.current = onPlot
  useEffect(() => {
    const element = box.current
    if (!element) return
    const made = echarts.init(element, null, { renderer: 'canvas' })
    chart.current = made
    made.on('click', (event) => click.current?.(event as never))
    made.getZr().on('click', (event: { offsetX: number; offsetY: number }) => {
      const at = [event.offsetX, event.offsetY]
      if (!plot.current || !made.containPixel('grid', at)) return
      const [x = 0, y = 0] = made.convertFromPixel('grid', at) as number[]
      plot.current(x, y)
    })
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
  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%', cursor: onPlot ? 'pointer' : undefined }} />
}
