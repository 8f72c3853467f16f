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
  // What every page asks first, and the files this one needs, are fetched beside the entry and not after it has run.
  try {
    var told = document.querySelector('meta[name="zhiyin-base"]').content
    var base = told.indexOf('/w/') === 0 ? told : ''
    window.zhiyinSession = fetch(base + '/api/v1/session', { credentials: 'same-origin', headers: { 'X-Zhiyin-CSRF': '1' } })
    window.zhiyinSession.catch(function () {})
    var ahead = JSON.parse(document.getElementById('ahead').textContent)
    var path = location.pathname.slice(base.length) || '/'
    var pages = ahead.pages.filter(function (page) { return new RegExp(page[0]).test(path) })
    ahead[root.lang].concat(pages.length ? pages[0][1] : []).forEach(function (place) {
      var link = document.createElement('link')
      var style = /\.css$/.test(ahead.files[place])
      link.rel = style ? 'preload' : 'modulepreload'
      if (style) link.as = 'style'
      link.crossOrigin = ''
      link.href = '/' + ahead.files[place]
      document.head.appendChild(link)
    })
  } catch (error) {
    // then they come later
  }
})()
