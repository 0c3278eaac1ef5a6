//! The programs under test, and the broker between them.

use std::cell::Cell;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Small, so that models are cut into pieces.
const PAYLOAD: usize = 16 << 10;

/// A folder of a test's own.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("sotto-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A real broker.
pub(crate) struct Broker {
    child: Child,
    config: String,
    ports: [u16; 2],
}

impl Broker {
    pub(crate) fn start(folder: &Folder) -> Self {
        Self::with_config(folder, "")
    }

    /// One that lets these users in alone.
    pub(crate) fn with_users(folder: &Folder, users: &str) -> Self {
        Self::with_config(folder, &format!("authorization {{ users: [{users}] }}\n"))
    }

    fn with_config(folder: &Folder, more: &str) -> Self {
        let ports = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let ports = ports.map(|listener| listener.local_addr().unwrap().port());
        let config = folder.path("broker.conf");
        let text = format!(
            "listen: \"127.0.0.1:{}\"\nmax_payload: {PAYLOAD}\n\
             websocket {{ listen: \"127.0.0.1:{}\", no_tls: true }}\n{more}",
            ports[0], ports[1]
        );
        fs::write(&config, text).unwrap();
        let child = run_broker(&config);
        let broker = Self { child, config, ports };
        broker.connection();
        broker
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.ports[0])
    }

    pub(crate) fn port(&self) -> String {
        self.ports[0].to_string()
    }

    pub(crate) fn ws_port(&self) -> String {
        self.ports[1].to_string()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn start_again(&mut self) {
        self.child = run_broker(&self.config);
        self.connection();
    }

    /// A connection, once it takes them.
    fn connection(&self) -> TcpStream {
        let began = Instant::now();
        loop {
            match TcpStream::connect(("127.0.0.1", self.ports[0])) {
                Ok(stream) => return stream,
                Err(error) => assert!(began.elapsed() < TIMEOUT, "{error}"),
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run_broker(config: &str) -> Child {
    let program = std::env::var_os("NATS_SERVER").unwrap_or_else(|| "nats-server".into());
    Command::new(&program)
        .args(["--config", config])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()))
}

/// All that a broker hands to one who reads everything.
#[derive(Default)]
pub(crate) struct Capture(Arc<Mutex<Vec<u8>>>);

impl Capture {
    /// Reads what this broker carries from now on.
    pub(crate) fn listen(&self, broker: &Broker) {
        let mut stream = broker.connection();
        stream.write_all(b"CONNECT {\"verbose\":false}\r\nSUB > 1\r\nPING\r\n").unwrap();
        let seen = Arc::clone(&self.0);
        let (subscribed, is_subscribed) = channel();
        thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                seen.lock().unwrap().extend(&buffer[..read]);
                let _ = subscribed.send(());
            }
            let _ = stream.shutdown(Shutdown::Both);
        });
        // Its greeting has come; its answer comes before whatever is published after this.
        is_subscribed.recv_timeout(TIMEOUT).unwrap();
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }
}

/// A `sotto` that runs.
pub(crate) struct Program {
    child: Child,
    lines: Receiver<String>,
    complaints: Receiver<String>,
    is_over: Cell<bool>,
}

impl Program {
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::with_input(arguments, "")
    }

    /// So many workers, with drawn digits.
    pub(crate) fn worker(invite: &str, workers: u32, digits: u32) -> Self {
        Self::worker_with(invite, workers, digits, &[])
    }

    pub(crate) fn worker_with(invite: &str, workers: u32, digits: u32, more: &[&str]) -> Self {
        let (workers, digits) = (workers.to_string(), digits.to_string());
        // An invitation among the arguments would be seen in the list of processes.
        let arguments = ["worker", "--join", "-", "--workers", &workers, "--synthetic", &digits];
        Self::with_input(&[&arguments, more].concat(), &format!("{invite}\n"))
    }

    pub(crate) fn with_input(arguments: &[&str], input: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sotto"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let lines = lines_of(child.stdout.take().unwrap());
        let complaints = lines_of(child.stderr.take().unwrap());
        Self { child, lines, complaints, is_over: Cell::new(false) }
    }

    /// Waits until it says this on the side.
    pub(crate) fn complains(&self, what: &str) {
        let mut before = Vec::new();
        while let Ok(line) = self.complaints.recv_timeout(TIMEOUT) {
            if line.contains(what) {
                return;
            }
            before.push(line);
        }
        panic!("it does not say “{what}”, but {before:?}");
    }

    /// The next line that it says.
    pub(crate) fn line(&self) -> String {
        self.lines.recv_timeout(TIMEOUT).expect("it says something")
    }

    /// The next line, which is of this round.
    pub(crate) fn round(&self, round: u32) -> String {
        let line = self.line();
        let found = line.split_whitespace().nth(1).map(str::to_owned);
        assert_eq!(found, Some(round.to_string()), "{line}");
        line
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.is_over.set(true);
    }

    /// Whether it ends by itself, and has nothing to complain of.
    pub(crate) fn ends_well(&mut self) -> bool {
        self.is_over.set(true);
        self.child.wait().unwrap().success()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if !self.is_over.get() {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

fn lines_of(output: impl Read + Send + 'static) -> Receiver<String> {
    let (said, lines) = channel();
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody may listen to it any more; it is read all the same, or the program would wait.
            let _ = said.send(line);
        }
    });
    lines
}

/// How a program ends that cannot do what it is asked, and what it says of it.
pub(crate) fn outcome(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_sotto")).args(arguments).output().unwrap();
    assert!(output.stdout.is_empty(), "{arguments:?}");
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}
