//! What a browser says of itself, in plain words. It may say anything; what is not known is not repeated.

use domain::Label;

/// What is in the text, and what it is called in both languages. The first that fits counts: most browsers say they are others, too.
const BROWSERS: [(&str, &str, &str); 21] = [
    ("wxwork/", "企业微信", "WeCom"),
    ("MicroMessenger/", "微信", "WeChat"),
    ("DingTalk/", "钉钉", "DingTalk"),
    ("Feishu/", "飞书", "Feishu"),
    ("Lark/", "Lark", "Lark"),
    ("Edg/", "Edge", "Edge"),
    ("EdgA/", "Edge", "Edge"),
    ("EdgiOS/", "Edge", "Edge"),
    ("OPR/", "Opera", "Opera"),
    ("QQBrowser/", "QQ 浏览器", "QQ Browser"),
    ("UCBrowser/", "UC 浏览器", "UC Browser"),
    ("HuaweiBrowser/", "华为浏览器", "Huawei Browser"),
    ("MiuiBrowser/", "小米浏览器", "Mi Browser"),
    ("SamsungBrowser/", "三星浏览器", "Samsung Internet"),
    ("FxiOS/", "Firefox", "Firefox"),
    ("Firefox/", "Firefox", "Firefox"),
    ("CriOS/", "Chrome", "Chrome"),
    ("HeadlessChrome/", "Chrome", "Chrome"),
    ("Chrome/", "Chrome", "Chrome"),
    ("Safari/", "Safari", "Safari"),
    ("curl/", "curl", "curl"),
];

const SYSTEMS: [(&str, &str); 9] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("OpenHarmony", "HarmonyOS"),
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// "Chrome on Windows", as far as it is known.
pub fn said(agent: &str) -> Label {
    let browser = BROWSERS.iter().find(|(mark, ..)| agent.contains(mark));
    let system = SYSTEMS.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (browser, system) {
        (Some((_, zh, en)), Some(system)) => Label::new(format!("{system} 上的 {zh}"), format!("{en} on {system}")),
        (Some((_, zh, en)), None) => Label::new(*zh, *en),
        (None, Some(system)) => Label::new(format!("{system} 设备"), format!("a device with {system}")),
        (None, None) => Label::new("未知设备", "an unknown device"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_what_people_call_them() {
        for (agent, en) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge on Windows"),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari on macOS"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone"),
            ("Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 MicroMessenger/8.0.48", "WeChat on Android"),
            ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
            ("curl/8.5.0", "curl"),
            ("", "an unknown device"),
            ("<script>alert(1)</script>", "an unknown device"),
        ] {
            assert_eq!(said(agent).en, en, "{agent}");
        }
    }
}
