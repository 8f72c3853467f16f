//! A sign-in service on the loopback: discovery, keys, codes and tokens as OpenID Connect has them, and every way of getting them wrong.

use base64::{Engine, engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD}};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Nonce,
    NoNonce,
    Audience,
    SeveralAudiences,
    Party,
    Expired,
    NotYet,
    AlgNone,
    Hmac,
    Issuer,
    StrangeKey,
    Signature,
    Critical,
    NoSubject,
}

impl Fault {
    pub const ALL: [Fault; 14] = [
        Fault::Nonce, Fault::NoNonce, Fault::Audience, Fault::SeveralAudiences, Fault::Party, Fault::Expired, Fault::NotYet, Fault::AlgNone, Fault::Hmac, Fault::Issuer,
        Fault::StrangeKey, Fault::Signature, Fault::Critical, Fault::NoSubject,
    ];
}

/// A key of the tests alone: 2048 bits, made for this file.
const RSA: &[&str] = &[
    "MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQCuL9VXPcgAbx44r0oVcSSc8DgmpKUvbC9wHoKgRSJkDiNJYHua3VcHNLML50SGQqsSFk4u1kgCMstxSUmlP1DB0XUKQCwPLY4++F",
    "R+/qXnIGl7dvJGn8SsXr17sq55jOA0bpoVr8zbflvDiqHVa5Cq9A77hMwLeYfSc/94q8/GQgT3vzIsLkckQSsF5DZ/dAIWogVoo/nW/eeEQi89SXkk91zm9oYY7tf0SokS7fdFdj8uuBoU+Wys010/",
    "ZOO4aR1ZwuQj1kL75HIcqZbRefA4XUPdzPR1/oLb+yalx/M0AGe7YOoAMC051Cds0LB9KngF11o4yETZis4uBsoK24PZAgMBAAECggEACKogdqKAHGVqn284xDBInfXlFScDgIRlJ7Kc1NQbjdaWMs",
    "Q14dI4zgb1ERaD9hnC4LdzVCkck99q90up+ipYHgwJQmVGy8p8VO2NZnPMVN7r4FReYNz5r4lW65xLyYgUbwdBauq/yftTHTr8Kd2b6KUTSbelXrzA4NscTihdwYLaECAFfzlFybB6hAlDJY+koyl2",
    "0pnE4Lz/14P1loUBYQpEQl0wsu1IlTzm8Vh6FRJB+r27GcyFqWNJrYiZ9cZ1Bn98Ir58JXQlEtqx5iqV4EpaOWbiNhmOWoHfwGsm2v0WG4ptt5M36qnsscJFKKjkxHSmSDumo3Zti/X0QIuQMQKBgQ",
    "DsU2M1z0Ejd3B/yjPOpHms5lQnNl6jw+Vf8ppIA/IwALmAW1l+0vN70xL7LAHPWewILEp+FxL++OP13E93qhAOeY84RDQTz4yMdbyTpGCrCxwaoIEDjoO5BPhjpYgpbCKCHAM2LsXJm44xKbwPsBqU",
    "/A2dpxWxrYjKEUKmgWTuvwKBgQC8sCG/fB6wemEkwOOre0TrHPp5DDeOauY58XmkcBtMb6ftxZwo372ExB+q8BPHXdlx+9rGbwJtPSB6e7grynee+juhpaGkp8QRE/C4+n0nbK/YN96pNbYepQyiyB",
    "wJYIduNhjQPqcNZ3k2XYwTOKQI8IxFI0sBzvKLntjad5LLZwKBgG8dbgI45mmkmPKcweshDkyrJ1ogiDL7wndwe/XsVQ0Y6h9d1CB7UxwfTEdok5lIsF/PY18Rvk6/+374DS04esAzi5FrEAlYhr7s",
    "BLRujz0cxiQG32IqueheW+OOSw0e2MLQJPpu13RJfXvEIbZGmNkAAe7kRqD59Nz9bJcZM7nFAoGBAK/aW2mR7Sw+skDFwKn2FdIlzM5582E5Ad6ozdzSWq7PNSvlytdRRtjwzC7M1zIsplaUCl574U",
    "AcAyQEIC434Wp5/o91xYOmk5XzBpvvYCsZIX2a/FqpY1WGL5Oaen7GxxGRO2kBq0FT2WUwpDbZyA9I2QIqlWJXFDfJ0IMzg80rAoGBANLwsI2LZzjRhun+JpMP4tZxOLedUPGuT08NStcFlCraPv/o",
    "apLc9Io8qEjhuRn2MtRc0ccHQzF1IEUTh87ovNc7Z5Nig2kQHQw8Gn1Yk5+VIyy8ddO6QXW+NHV8tPElf6WYWvGIcvYGTHJFd17yxSMo86AK+Q2qz5jsuYIdsQfk",
];

fn url64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

struct State {
    issuer: String,
    now: i64,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    /// signs with the elliptic key instead
    elliptic: bool,
    /// name of the key it signs with and shows
    kid: String,
    fault: Option<Fault>,
    user: Value,
    codes: BTreeMap<String, BTreeMap<String, String>>,
    asked: Vec<String>,
    named: Option<String>,
}

/// The service.
#[derive(Clone)]
pub struct Idp {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

pub const CLIENT: &str = "zhiyin-test";
pub const SECRET: &str = "geheim/4711+%";

/// Names and values of a query or form.
pub fn pairs(text: &str) -> BTreeMap<String, String> {
    let plain = |part: &str| {
        let (mut out, mut bytes) = (Vec::new(), part.bytes());
        while let Some(b) = bytes.next() {
            out.push(match b {
                b'%' => u8::from_str_radix(&format!("{}{}", bytes.next().expect("a digit") as char, bytes.next().expect("a digit") as char), 16).expect("digits"),
                b'+' => b' ',
                b => b,
            });
        }
        String::from_utf8(out).expect("text")
    };
    text.split('&').filter_map(|p| p.split_once('=')).map(|(k, v)| (plain(k), plain(v))).collect()
}

impl Idp {
    /// Listens as `http://<host>:<port>`; `now`: seconds.
    pub fn start(host: &str, now: i64) -> Idp {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let state = State {
            issuer: format!("http://{host}:{port}"),
            now,
            rsa: RsaKeyPair::from_pkcs8(&STANDARD.decode(RSA.concat()).expect("base64")).expect("a key"),
            ec: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).expect("a key"),
            elliptic: false,
            kid: "first".into(),
            fault: None,
            user: json!({}),
            codes: BTreeMap::new(),
            asked: Vec::new(),
            named: None,
        };
        let idp = Idp { port, state: Arc::new(Mutex::new(state)) };
        let serving = idp.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                thread::spawn(move || serving.serve(stream));
            }
        });
        idp
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn issuer(&self) -> String {
        self.state().issuer.clone()
    }

    /// Who signs in next.
    pub fn is(&self, user: Value) {
        self.state().user = user;
    }

    /// What goes wrong from now on.
    pub fn fails(&self, fault: Option<Fault>) {
        self.state().fault = fault;
    }

    /// Signs with another kind of key, under another name.
    pub fn turns(&self, kid: &str, elliptic: bool) {
        let mut state = self.state();
        (state.kid, state.elliptic) = (kid.into(), elliptic);
    }

    /// Names itself so in its configuration.
    pub fn pretends(&self, issuer: Option<&str>) {
        self.state().named = issuer.map(str::to_owned);
    }

    /// Addresses that were asked for, and forget them.
    pub fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state().asked)
    }

    /// A person at its page says yes: the code and the state that go back.
    pub fn authorizes(&self, url: &str) -> (String, String) {
        let asked = pairs(url.split_once('?').expect("a query").1);
        for (name, value) in [("response_type", "code"), ("client_id", CLIENT), ("scope", "openid email profile"), ("code_challenge_method", "S256")] {
            assert_eq!(asked.get(name).map(String::as_str), Some(value), "{url}");
        }
        let mut state = self.state();
        let code = format!("code-{}", state.codes.len());
        let back = (code.clone(), asked["state"].clone());
        state.codes.insert(code, asked);
        back
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
        let (mut line, mut length, mut authorization) = (String::new(), 0, String::new());
        if reader.read_line(&mut line).is_err() {
            return;
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).is_err() || header.trim().is_empty() {
                break;
            }
            let (name, value) = header.trim().split_once(": ").unwrap_or_default();
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap_or(0),
                "authorization" => authorization = value.to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let (status, answer) = self.answer(&path, &String::from_utf8_lossy(&body), &authorization);
        let text = answer.to_string();
        let _ = write!(stream, "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}", text.len());
    }

    fn answer(&self, path: &str, body: &str, authorization: &str) -> (u16, Value) {
        let mut state = self.state();
        state.asked.push(path.to_owned());
        let at = |path: &str| format!("{}{path}", state.issuer);
        match path {
            "/.well-known/openid-configuration" => (200, json!({
                "issuer": state.named.as_ref().unwrap_or(&state.issuer), "authorization_endpoint": at("/authorize?tenant=1"), "token_endpoint": at("/token"), "jwks_uri": at("/keys"),
                "authorization_response_iss_parameter_supported": true
            })),
            "/keys" => (200, json!({ "keys": [self.shown(&state)] })),
            "/token" => {
                let form = pairs(body);
                let Some(asked) = form.get("code").and_then(|c| state.codes.remove(c)) else { return (400, json!({ "error": "invalid_grant" })) };
                let login = STANDARD.encode(format!("{CLIENT}:{}", "geheim%2F4711%2B%25"));
                let challenge = url64(&Sha256::digest(form["code_verifier"].as_bytes()));
                let fits = form["grant_type"] == "authorization_code" && form["redirect_uri"] == asked["redirect_uri"] && asked["code_challenge"] == challenge && authorization == format!("Basic {login}");
                if !fits {
                    return (400, json!({ "error": "invalid_grant" }));
                }
                (200, json!({ "access_token": "x", "token_type": "Bearer", "id_token": self.token(&state, &asked["nonce"]) }))
            }
            _ => (404, json!({})),
        }
    }

    fn shown(&self, state: &State) -> Value {
        if state.elliptic {
            let point = state.ec.public_key().as_ref();
            return json!({ "kty": "EC", "crv": "P-256", "kid": state.kid, "use": "sig", "alg": "ES256", "x": url64(&point[1..33]), "y": url64(&point[33..65]) });
        }
        let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(state.rsa.public_key());
        json!({ "kty": "RSA", "kid": state.kid, "use": "sig", "alg": "RS256", "n": url64(&public.n), "e": url64(&public.e) })
    }

    fn token(&self, state: &State, nonce: &str) -> String {
        let fault = state.fault;
        let mut claims = json!({ "iss": state.issuer, "sub": "sub-1", "aud": CLIENT, "exp": state.now + 300, "iat": state.now, "nonce": nonce });
        if let (Some(all), Some(user)) = (claims.as_object_mut(), state.user.as_object()) {
            all.extend(user.clone());
        }
        match fault {
            Some(Fault::Nonce) => claims["nonce"] = json!("another"),
            Some(Fault::NoNonce) => drop(claims.as_object_mut().and_then(|c| c.remove("nonce"))),
            Some(Fault::Audience) => claims["aud"] = json!("another"),
            Some(Fault::SeveralAudiences) => claims["aud"] = json!([CLIENT, "another"]),
            Some(Fault::Party) => claims["azp"] = json!("another"),
            Some(Fault::Expired) => claims["exp"] = json!(state.now - 120),
            Some(Fault::NotYet) => claims["nbf"] = json!(state.now + 120),
            Some(Fault::Issuer) => claims["iss"] = json!("https://login.example.com"),
            Some(Fault::NoSubject) => claims["sub"] = json!(""),
            _ => {}
        }
        let kid = if fault == Some(Fault::StrangeKey) { "nobody" } else { &state.kid };
        let algorithm = match fault {
            Some(Fault::AlgNone) => "none",
            Some(Fault::Hmac) => "HS256",
            _ if state.elliptic => "ES256",
            _ => "RS256",
        };
        let mut header = json!({ "alg": algorithm, "typ": "JWT", "kid": kid });
        if fault == Some(Fault::Critical) {
            header["crit"] = json!(["b64"]);
        }
        let signed = format!("{}.{}", url64(header.to_string().as_bytes()), url64(claims.to_string().as_bytes()));
        let mut seal = match fault {
            Some(Fault::AlgNone) => Vec::new(),
            // the public key taken for a secret
            Some(Fault::Hmac) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, state.rsa.public_key().as_ref()), signed.as_bytes()).as_ref().to_vec(),
            _ if state.elliptic => state.ec.sign(&SystemRandom::new(), signed.as_bytes()).expect("signs").as_ref().to_vec(),
            _ => {
                let mut seal = vec![0; state.rsa.public().modulus_len()];
                state.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut seal).expect("signs");
                seal
            }
        };
        if fault == Some(Fault::Signature) {
            seal[7] ^= 1;
        }
        format!("{signed}.{}", url64(&seal))
    }
}
