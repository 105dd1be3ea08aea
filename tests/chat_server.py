"""A server of OpenAI's chat protocol that answers as a test tells it to."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Server:
    """A scripted server on a free port: `answer(handler)` replies to a POST, `models` to GET /v1/models.

    `requests` holds (method, path, headers, body) of each request.
    """

    def __init__(self):
        self.models = [{"id": "qwen-test", "object": "model"}]
        self.answer = lambda handler: None
        self.requests = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.requests.append(("GET", self.path, self.headers, None))
                reply(self, 200, json.dumps({"object": "list", "data": outer.models}))

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(("POST", self.path, self.headers, body))
                outer.answer(self)

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self._http.shutdown()
        self._http.server_close()


def reply(handler, status, text, kind="application/json"):
    data = text if isinstance(text, bytes) else text.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data)


def begin(handler):
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()


def send(handler, text=None, finish=None):
    """One chunk of a stream."""
    delta = {"content": text} if text is not None else {}
    chunk = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
    handler.wfile.flush()


def whole(*pieces):
    """A reply that streams these pieces and ends as it should."""

    def answer(handler):
        begin(handler)
        for piece in pieces:
            send(handler, piece)
        send(handler, finish="stop")
        handler.wfile.write(b'data: {"choices": [], "usage": {"total_tokens": 9}}\n\ndata: [DONE]\n\n')

    return answer


def events(text):
    """A reply of status 200 that says it is a stream and sends these bytes."""
    return lambda handler: reply(handler, 200, text, "text/event-stream")
