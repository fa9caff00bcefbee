//! Each source, from what a deployment would give it.
//!
//! Three of them read the environment of the process, which a test cannot change for itself: a
//! process of its own does the asking, with the environment that the test chose.

use std::{
    env,
    io::{Read as _, Write as _},
    net::TcpListener,
    process::Command,
    thread::{self, JoinHandle},
};

use aws_config::Region;
use aws_credential_types::{Credentials, provider::ProvideCredentials as _};

use super::super::Source;
use crate::causes::causes;

const SOURCE: &str = "HANNO_TEST_SOURCE";
const ENVIRONMENT: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "AKIDENVIRONMENT"),
    ("AWS_SECRET_ACCESS_KEY", "secret"),
    ("AWS_SESSION_TOKEN", "token"),
];

#[tokio::test]
async fn given_keys_are_taken_as_they_are() {
    let credentials = ask(&given()).await.unwrap();
    assert_eq!(credentials.access_key_id(), "AKIDSTATIC");
    assert_eq!(credentials.session_token(), None);
}

#[tokio::test]
async fn a_process_prints_them() {
    let json = r#"{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"s","SessionToken":"t","Expiration":"2040-01-01T00:00:00Z"}"#;
    let credentials = ask(&Source::Process { command: format!("echo '{json}'") }).await.unwrap();
    assert_eq!(credentials.access_key_id(), "AKIDPROCESS");
    assert!(credentials.expiry().is_some());
    for command in ["echo nonsense", "exit 3"] {
        let failed = ask(&Source::Process { command: command.to_owned() }).await;
        assert!(failed.is_err(), "{command}: {failed:?}");
    }
}

#[tokio::test]
async fn a_chain_takes_the_first_that_is_there() {
    // No variable of the container is set here, so it is passed over.
    let chain = Source::Chain(vec![
        Source::Container,
        given(),
        Source::Process { command: "exit 1".into() },
    ]);
    assert_eq!(ask(&chain).await.unwrap().access_key_id(), "AKIDSTATIC");
    assert!(ask(&Source::Chain(Vec::new())).await.unwrap_err().contains("no source is named"));
}

#[test]
fn keys_are_not_shown() {
    let shown = format!("{:?} {:?}", given(), Source::default());
    assert_eq!(shown, "static [environment, container, web identity]");
}

#[test]
fn the_environment_names_them() {
    assert_eq!(in_process("environment", &ENVIRONMENT), "AKIDENVIRONMENT token");
    assert!(in_process("environment", &[]).starts_with("none"));
}

#[test]
fn the_agent_of_the_container_is_asked() {
    let reply = r#"{"AccessKeyId":"AKIDCONTAINER","SecretAccessKey":"s","Token":"of the task","Expiration":"2040-01-01T00:00:00Z"}"#;
    let (url, asked) = stub("application/json", reply);
    let environment = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", format!("{url}/v1/credentials")),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me in".to_owned()),
    ];
    let environment = environment.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(in_process("container", &environment), "AKIDCONTAINER of the task");
    let request = asked.join().unwrap().to_lowercase();
    assert!(request.starts_with("get /v1/credentials "), "{request}");
    assert!(request.contains("authorization: let me in"), "{request}");
}

#[test]
fn a_role_is_taken_on_with_a_token() {
    let reply = "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
        <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>AKIDROLE</AccessKeyId>\
        <SecretAccessKey>s</SecretAccessKey><SessionToken>of the role</SessionToken>\
        <Expiration>2040-01-01T00:00:00Z</Expiration></Credentials>\
        </AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
    let (url, asked) = stub("text/xml", reply);
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "a-web-token").unwrap();
    let environment = [
        ("AWS_WEB_IDENTITY_TOKEN_FILE", file.path().to_str().unwrap()),
        ("AWS_ROLE_ARN", "arn:aws:iam::000000000000:role/chat"),
        ("AWS_ENDPOINT_URL_STS", url.as_str()),
    ];
    assert_eq!(in_process("web identity", &environment), "AKIDROLE of the role");
    let request = asked.join().unwrap();
    assert!(request.contains("WebIdentityToken=a-web-token"), "{request}");
    assert!(request.contains("RoleArn=arn%3Aaws%3Aiam"), "{request}");
}

#[test]
fn the_default_chain_is_the_environment_first() {
    assert_eq!(in_process("default", &ENVIRONMENT), "AKIDENVIRONMENT token");
}

/// What the tests above run in a process of its own; by itself it has nothing to do.
#[tokio::test]
async fn tells_what_the_environment_leads_to() {
    let Ok(name) = env::var(SOURCE) else { return };
    let source = match name.as_str() {
        "environment" => Source::Environment,
        "container" => Source::Container,
        "web identity" => Source::WebIdentity,
        _ => Source::default(),
    };
    let told = match ask(&source).await {
        Ok(found) => {
            format!("{} {}", found.access_key_id(), found.session_token().unwrap_or_default())
        }
        Err(error) => format!("none: {error}"),
    };
    writeln!(std::io::stdout(), "\ntold: {told}").unwrap();
}

/// What the function above says in an environment that holds nothing else.
fn in_process(source: &str, environment: &[(&str, &str)]) -> String {
    let this = concat!(module_path!(), "::tells_what_the_environment_leads_to");
    let (_, this) = this.split_once("::").unwrap();
    let output = Command::new(env::current_exe().unwrap())
        .args(["--exact", this, "--nocapture", "--test-threads=1"])
        .env_clear()
        .env(SOURCE, source)
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let output = String::from_utf8(output.stdout).unwrap();
    let told = output.lines().find_map(|line| line.strip_prefix("told: "));
    told.unwrap_or_else(|| panic!("nothing was told: {output}")).to_owned()
}

fn given() -> Source {
    Source::Static {
        access_key_id: "AKIDSTATIC".to_owned(),
        secret_access_key: "secret".to_owned(),
        session_token: None,
    }
}

async fn ask(source: &Source) -> Result<Credentials, String> {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let provider = source.provider(Region::from_static("us-east-1"), http);
    provider.provide_credentials().await.map_err(|error| causes(&error))
}

/// A server on this machine that answers one request, and then tells what it was.
fn stub(kind: &'static str, reply: &'static str) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let (mut request, mut buffer) = (String::new(), [0; 4096]);
        while !is_whole(&request) {
            let read = connection.read(&mut buffer).unwrap();
            request.push_str(str::from_utf8(&buffer[..read]).unwrap());
        }
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
            reply.len()
        );
        connection.write_all((head + reply).as_bytes()).unwrap();
        request
    });
    (url, answer)
}

fn is_whole(request: &str) -> bool {
    let Some((head, body)) = request.split_once("\r\n\r\n") else { return false };
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    length.is_none_or(|length| body.len() >= length.trim().parse().unwrap())
}
