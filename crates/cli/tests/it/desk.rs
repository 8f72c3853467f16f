//! What questions in SQL make a server open, as the kernel sees it: files of its own data folder, and nothing else.

use crate::{
    files::orders,
    place::Place,
    server::{Browser, Server},
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Whatever reaches outside of a process by a name.
const CALLS: &str = "trace=open,openat,openat2,creat,truncate,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,symlink,symlinkat,chmod,connect,execve";
/// What the kernel tells a process of itself and the machine.
const OWN: [&str; 4] = ["/proc/", "/sys/", "/dev/urandom", "/dev/null"];

/// Watches a process; `None` where that is not possible or not allowed.
fn watch(pid: u32, into: &Path) -> Option<Child> {
    let mut command = Command::new("strace");
    command.args(["-f", "-s", "4096", "-e", CALLS, "-p", &pid.to_string(), "-o"]).arg(into);
    let mut child = command.stderr(Stdio::piped()).spawn().ok()?;
    let mut said = String::new();
    let mut err = BufReader::new(child.stderr.take().expect("its errors are ours"));
    while err.read_line(&mut said).is_ok_and(|n| n > 0) {
        if said.contains("attached") {
            std::thread::spawn(move || err.lines().for_each(drop));
            return Some(child);
        }
    }
    child.wait().expect("it ends");
    None
}

#[test]
fn no_question_opens_anything_outside_the_data_folder() {
    let place = Place::sqlite();
    let server = Server::start(&place);
    let mut browser = Browser { address: server.address.clone(), ..Browser::default() };
    browser.set_up(server.token.as_deref().expect("nobody is set up"));
    browser.import("orders.csv", &orders(0, 60).0).expect("the file is in");
    let ask = |text: &str| browser.clone().send("POST", "/sql/run", "application/json", &json!({ "text": text }).to_string()).expect("it answers");
    assert_eq!(ask("SELECT count(*) FROM orders").0, 200);
    let trace = place.path("trace");
    let Some(mut watching) = watch(server.pid(), &trace) else {
        return testkit::published::unproven("no process can be watched here (strace): what questions make a server open is not proven");
    };
    let hostile = testkit::statements::hostile();
    for text in &hostile {
        let (status, said) = ask(text);
        assert_eq!(status, 422, "{text}: {said}");
    }
    for text in ["SELECT o.customer, sum(o.paid) FROM orders o JOIN features f ON f.customer = o.customer GROUP BY 1 ORDER BY 2 DESC", "SELECT * FROM customers", "SELECT count(*) FROM order_lines"] {
        assert_eq!(ask(text).0, 200, "{text}");
    }
    Command::new("kill").arg("-INT").arg(watching.id().to_string()).status().expect("there is a kill");
    watching.wait().expect("it ends");
    let seen = fs::read_to_string(&trace).expect("what was seen");
    let names: BTreeSet<&str> = seen.lines().filter_map(|l| l.split('"').nth(1)).collect();
    let data = place.data().display().to_string();
    assert!(names.iter().any(|name| name.starts_with(&data)), "nothing was seen: {seen}");
    let outside: Vec<&str> = names.into_iter().filter(|name| !name.starts_with(&data) && !OWN.iter().any(|own| name.starts_with(own))).collect();
    assert!(hostile.len() >= 60 && outside.is_empty(), "{} statements reached {outside:?}", hostile.len());
    assert!(!seen.contains("connect(") && !seen.contains("execve("), "{seen}");
}
