"""A worker of Keyward that needs Python 3 alone. It answers a prompt with the prompt in capitals."""
import json, os, threading, time, urllib.error, urllib.request

URL, MODEL = os.environ["KEYWARD_URL"], os.environ["WORKER_MODEL"]
OURS = {"X-Api-Key": os.environ["WORKER_KEY"], "X-Miner-ID": os.environ["WORKER_NAME"]}


def post(path, body, **more):
    """The status and the body of an answer; asks again while the server is away."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **OURS, **more}
    while True:
        request = urllib.request.Request(f"{URL}/v1/workers/{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            if refusal.code < 500:
                return refusal.code, json.loads(refusal.read())
        except OSError:
            pass
        time.sleep(0.2)


def keep(lease, over, every):
    """Renews a lease until the work is over, or the lease is lost."""
    while not over.wait(every):
        status, body = post("heartbeat", {"leases": [lease]})
        if status != 200 or body["leases"][0]["state"] != "active":
            over.set()


def work(job, over):
    """Sends the words one by one. None: the lease was lost meanwhile."""
    words = job["payload"]["messages"][-1]["content"].upper().split(" ")
    for word in words:
        piece = json.dumps({"text": word}).encode() + b"\n"
        lease = {"X-Lease-Token": job["lease_token"], "Content-Type": "application/x-ndjson"}
        status, _ = post(f"{job['job_id']}/chunks", piece, **lease)
        if status != 202 or over.wait(job["payload"].get("seconds_per_word", 0)):
            return None
    return {"output": " ".join(words), "usage": {"prompt_tokens": len(words), "completion_tokens": len(words)}}


status, registered = post("register", {"capabilities": {"models": [MODEL]}})
while status == 200:
    status, job = post("poll", {"max_wait_seconds": 15})
    if status != 200:
        status = 200 if status == 204 else status
        continue
    lease, over = {key: job[key] for key in ("job_id", "lease_token")}, threading.Event()
    threading.Thread(target=keep, args=(lease, over, registered["heartbeat_seconds"]), daemon=True).start()
    result = work(job, over)
    over.set()
    if result is not None:
        post(f"{job['job_id']}/result", {"lease_token": job["lease_token"], "result": result})
raise SystemExit(f"The server refused this worker: {status}")
