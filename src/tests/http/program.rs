//! The program itself: its subcommands, run as an operator runs them.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn countersign(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.current_dir(dir).args(args).env_remove("DATABASE_URL");
    command
}

fn run(dir: &Path, args: &[&str]) -> Output {
    countersign(dir, args).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(dir: &Path) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let mut command = countersign(dir, &["serve", "--listen", &address]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Self { child, address };
        let begun = Instant::now();
        while !run(dir, &["healthcheck", "--listen", &server.address]).status.success() {
            assert!(begun.elapsed() < Duration::from_secs(30), "never ready");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    /// Asks it to stop, as a service manager does.
    fn stop(mut self) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_backup_is_taken_while_serving_and_put_back_while_not() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    let server = Server::start(dir);
    let second = run(dir, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        !second.status.success() && said(&second).contains("Another countersign process"),
        "{}",
        said(&second)
    );
    let backup = run(dir, &["backup", "copy.db"]);
    assert!(backup.status.success(), "{}", said(&backup));
    assert!(!run(dir, &["backup", "copy.db"]).status.success());
    assert!(!run(dir, &["restore", "copy.db"]).status.success());
    server.stop();
    let restored = run(dir, &["restore", "copy.db"]);
    assert!(restored.status.success(), "{}", said(&restored));
    assert!(dir.join("data/countersign.db.replaced-1").exists());
    for (name, content) in [("junk.db", "junk, and more than that"), ("empty.db", "")] {
        std::fs::write(dir.join(name), content).unwrap();
        let refused = run(dir, &["restore", name]);
        assert!(
            !refused.status.success() && said(&refused).contains("Nothing was restored"),
            "{}",
            said(&refused)
        );
    }
    Server::start(dir).stop();
}

#[test]
fn files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    assert!(run(dir, &["migrate"]).status.success());
    assert!(run(dir, &["backup", "copy.db"]).status.success());
    let mode = |name: &str| std::fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("data"), mode("copy.db")), (0o700, 0o600));
}

#[test]
fn check_says_what_to_fix_and_changes_nothing() {
    let dir = TempDir::new().unwrap();
    let dir = dir.path();
    let fine = run(dir, &["check"]);
    assert!(fine.status.success() || said(&fine).contains("FIX  listen"), "{}", said(&fine));
    assert_eq!(std::fs::read_dir(dir).unwrap().count(), 0);
    std::fs::write(
        dir.join("countersign.toml"),
        "public_url = \"cs.example.com\"\n[smtp]\nhost = \"mail\"\n",
    )
    .unwrap();
    let broken = countersign(dir, &["check"]).env("COUNTERSIGN_LISEN", "1").output().unwrap();
    let text = said(&broken);
    assert!(!broken.status.success());
    for fix in ["FIX  public_url", "FIX  smtp: set smtp.from", "FIX  environment: COUNTERSIGN_LISEN"] {
        assert!(text.contains(fix), "{text}");
    }
    std::fs::write(dir.join("countersign.toml"), "publik_url = \"x\"\n").unwrap();
    let refused = run(dir, &["serve"]);
    assert!(!refused.status.success() && said(&refused).contains("publik_url"), "{}", said(&refused));
}

#[test]
fn postgres_is_left_to_its_own_tools_and_that_is_no_success() {
    let dir = TempDir::new().unwrap();
    let url = "postgres://user:hunter2@127.0.0.1:1/x";
    let refused = run(dir.path(), &["--database-url", url, "backup", "copy.dump"]);
    let text = said(&refused);
    assert!(!refused.status.success() && text.contains("pg_dump") && !text.contains("hunter2"), "{text}");
}
