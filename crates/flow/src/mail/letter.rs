//! A letter is plain data: a subject, paragraphs, perhaps a link to press. Text and HTML are made of it here, and everything that
//! stands in them is escaped, whoever wrote it.

use crate::output::escape;
use domain::Lang;
use std::fmt::Write;

/// Longest subject.
const SUBJECT: usize = 200;

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Letter {
    /// one line
    pub subject: String,
    /// plain text, one after the other
    pub paragraphs: Vec<String>,
    /// words and address of a link
    pub link: Option<(String, String)>,
    /// why one gets it
    pub footer: String,
    /// where one stops getting such mails
    pub unsubscribe: Option<String>,
}

impl Letter {
    /// The subject as one line.
    pub fn line(&self) -> String {
        let line: String = self.subject.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        line.trim().chars().take(SUBJECT).collect()
    }

    /// For readers without HTML.
    pub fn text(&self, lang: Lang) -> String {
        let mut out = String::new();
        for p in &self.paragraphs {
            let _ = write!(out, "{p}\n\n");
        }
        if let Some((words, url)) = &self.link {
            let _ = write!(out, "{words}:\n{url}\n\n");
        }
        let _ = write!(out, "-- \n{}\n", self.footer);
        if let Some(url) = &self.unsubscribe {
            let _ = write!(out, "{}: {url}\n", lang.pick("退订", "Unsubscribe"));
        }
        out
    }

    /// The same as HTML.
    pub fn html(&self, lang: Lang) -> String {
        let mut out = String::new();
        let tag = lang.pick("zh-CN", "en");
        let _ = write!(out, "<!doctype html><html lang=\"{tag}\"><head><meta charset=\"utf-8\"><title>{}</title></head>", escape(&self.line()));
        out.push_str("<body style=\"margin:0;padding:24px;font:15px/1.6 -apple-system,'Segoe UI','PingFang SC','Microsoft YaHei',sans-serif;color:#1a1f28\"><div style=\"max-width:560px\">");
        for p in &self.paragraphs {
            let _ = write!(out, "<p>{}</p>", escape(p).replace('\n', "<br>"));
        }
        if let Some((words, url)) = self.link.as_ref().filter(|(_, url)| web(url)) {
            let url = escape(url);
            let _ = write!(out, "<p><a href=\"{url}\" style=\"display:inline-block;padding:10px 18px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none\">{}</a></p><p style=\"font-size:13px;color:#5b6472;word-break:break-all\">{url}</p>", escape(words));
        }
        let _ = write!(out, "<p style=\"margin-top:32px;font-size:13px;color:#5b6472\">{}", escape(&self.footer));
        if let Some(url) = self.unsubscribe.as_ref().filter(|url| web(url)) {
            let _ = write!(out, "<br><a href=\"{}\" style=\"color:#5b6472\">{}</a>", escape(url), lang.pick("退订", "Unsubscribe"));
        }
        out.push_str("</p></div></body></html>\n");
        out
    }
}

/// A link leads to the web and nowhere else.
fn web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_wrote_it_writes_no_markup() {
        let evil = "<img src=x onerror=alert(1)>\"'&".to_owned();
        let letter = Letter {
            subject: format!("{evil}\r\nBcc: all@example.com"),
            paragraphs: vec![evil.clone(), "two\nlines".into()],
            link: Some((evil.clone(), "https://crm.example.com/x?a=1&b=\"2\"".into())),
            footer: evil.clone(),
            unsubscribe: Some("javascript:alert(1)".into()),
        };
        let html = letter.html(Lang::En);
        assert!(!html.contains("<img") && !html.contains("javascript:") && !html.contains("b=\"2\""), "{html}");
        assert!(html.contains("two<br>lines") && html.contains("&lt;img src=x"));
        assert!(!letter.line().contains(['\r', '\n']));
        let text = letter.text(Lang::Zh);
        assert!(text.contains("two\nlines") && text.contains("https://crm.example.com/x?a=1&b=\"2\"") && text.contains("退订"));
        let bad = Letter { link: Some(("x".into(), "javascript:alert(1)".into())), ..Letter::default() };
        assert!(!bad.html(Lang::En).contains("href"));
    }
}
