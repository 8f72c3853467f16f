//! Writes the sample business: `write_demo <dir> <customers> <seed> <zh|en> <today>`.
fn main() -> std::io::Result<()> {
    let args: Vec<String> = std::env::args().collect();
    let (Some(dir), Some(n), Some(seed), Some(lang), Some(day)) = (args.get(1), args.get(2), args.get(3), args.get(4), args.get(5)) else {
        eprintln!("usage: write_demo <dir> <customers> <seed> <zh|en> <YYYY-MM-DD>");
        std::process::exit(2);
    };
    let number = |text: &str| text.parse::<u64>().map_err(std::io::Error::other);
    let today = domain::Day::parse(day).ok_or_else(|| std::io::Error::other("not a day"))?;
    for file in sample::write_files(dir.as_ref(), number(n)? as u32, number(seed)?, domain::Lang::parse(lang), today)? {
        println!("{}", file.display());
    }
    Ok(())
}
