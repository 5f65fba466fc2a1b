//! `make bench`: measures a built server as its users meet it, over HTTP, and beside it the same SQL run directly
//! against the same database. Prints one table; each goal is printed with whether it was met.
//!
//! `bench [--server PATH] [--quick] [--only executions|decisions|flow|lists]`: the server's binary (target/release/countersign);
//! shorter rounds, for trying the program itself; one part of the table. FULL=1 in the environment measures lists at a million rows, too. PostgreSQL is measured where
//! COUNTERSIGN_TEST_POSTGRES names a server (`scripts/bench.sh` starts one).

mod decisions;
mod direct;
mod executions;
mod fill;
mod flow;
mod lists;
mod program;
mod report;
mod wire;

use program::{Place, World};
use report::{Report, Verdict};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How long and how much is measured.
pub struct Scope {
    server: PathBuf,
    /// One round of decisions.
    round: Duration,
    rounds: usize,
    /// Approvals prepared for the rounds of one database.
    to_decide: i64,
    /// Runs through submit, decide, outcome.
    flows: usize,
    /// Sizes of the lists.
    sizes: Vec<i64>,
    /// Requests of one list at one size.
    pages: usize,
    starts: usize,
    /// The one part that is measured.
    only: Option<String>,
}

impl Scope {
    fn wants(&self, part: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only == part)
    }
}

fn scope() -> Outcome<Scope> {
    let mut args = std::env::args().skip(1);
    let mut server = PathBuf::from("target/release/countersign");
    let (mut quick, mut only) = (false, None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--server" => server = args.next().ok_or("--server needs a path")?.into(),
            "--quick" => quick = true,
            "--only" => only = Some(args.next().ok_or("--only needs executions, decisions, flow or lists")?),
            other => {
                return Err(format!(
                    "unknown argument {other}; usage: bench [--server PATH] [--quick] [--only PART]"
                )
                .into());
            }
        }
    }
    let server = server
        .canonicalize()
        .map_err(|fault| format!("{} cannot be run: {fault}. Build it with: make build", server.display()))?;
    let mut sizes = vec![1_000, 100_000];
    if std::env::var("FULL").is_ok_and(|full| full == "1") {
        sizes.push(1_000_000);
    }
    if quick {
        let (round, sizes) = (Duration::from_secs(1), vec![1_000, 10_000]);
        return Ok(Scope {
            server,
            round,
            rounds: 1,
            to_decide: 6_000,
            flows: 40,
            sizes,
            pages: 20,
            starts: 3,
            only,
        });
    }
    let round = Duration::from_secs(5);
    Ok(Scope { server, round, rounds: 3, to_decide: 90_000, flows: 400, sizes, pages: 100, starts: 7, only })
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("bench: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Outcome<()> {
    let scope = scope()?;
    let mut report = Report::default();
    let mut places = vec![Place::sqlite(Path::new("target"))?];
    match std::env::var("COUNTERSIGN_TEST_POSTGRES") {
        Ok(server) => places.push(Place::postgres(&server).await?),
        Err(_) => eprintln!("COUNTERSIGN_TEST_POSTGRES is not set: SQLite only"),
    }
    println!("{}", report::machine(&scope.server));
    for place in &places {
        println!("{}", place.describe().await?);
    }
    for place in places {
        eprintln!("measuring on {} …", place.name);
        let measured = measure(&scope, &place, &mut report).await;
        place.remove().await?;
        measured?;
    }
    download(&mut report)?;
    println!("\n{report}");
    Ok(())
}

async fn measure(scope: &Scope, place: &Place, report: &mut Report) -> Outcome<()> {
    let world = World::make(place).await?;
    // First: what the decisions approve is performed later, and would be measured with it.
    if scope.wants("executions") {
        executions::measure(scope, place, &world, report).await?;
    }
    if scope.wants("decisions") {
        decisions::measure(scope, place, &world, report).await?;
    }
    if scope.wants("flow") {
        flow::measure(scope, place, &world, report).await?;
    }
    if scope.wants("lists") {
        lists::measure(scope, place, &world, report).await?;
    }
    Ok(())
}

/// What a browser loads before `/approvals` is interactive.
fn download(report: &mut Report) -> Outcome<()> {
    const WHAT: &str = "WASM + JS, brotli";
    const GOAL: &str = "≤ 450 kB";
    let folder = Path::new("target/site/pkg");
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // The scripts import each other; the pages that come late have WASM files of their own.
        if name == "countersign.wasm.br" || name.ends_with(".js.br") {
            bytes += entry.metadata()?.len();
        }
    }
    let (text, verdict) = match bytes {
        0 => (format!("no *.br in {}", folder.display()), Verdict::Open),
        bytes => (format!("{:.0} kB", bytes as f64 / 1000.0), Verdict::met(bytes <= 450_000)),
    };
    report.add(WHAT, GOAL, "", text, verdict);
    Ok(())
}
