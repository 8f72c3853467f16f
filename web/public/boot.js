// Before the first paint: theme, language and menu of the last visit, so that nothing flashes.
;(function () {
  var root = document.documentElement
  try {
    var theme = localStorage.getItem('zhiyin.theme')
    if (theme !== 'light' && theme !== 'dark') theme = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
    root.dataset.theme = theme
    root.dataset.rail = localStorage.getItem('zhiyin.rail') || ''
    var lang = localStorage.getItem('zhiyin.lang') || new URLSearchParams(location.search).get('lang') || navigator.language || ''
    root.lang = lang.toLowerCase().indexOf('zh') === 0 ? 'zh-CN' : 'en'
  } catch (error) {
    root.dataset.theme = 'light'
  }
})()
