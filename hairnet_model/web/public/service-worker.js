/**
 * Keeps the site's files, so that the page opens without a network.
 *
 * `hairnet-model web` fills in what the site has: any change of a file changes this script, which the browser notices.
 * Then the new files are fetched, those that did not change are copied, and the next opening shows the new page. As long
 * as the server has another page than the one that is kept, everything comes from the server.
 */

/**
 * @type {{version: string, files: Record<string, string>, later: string[]}} Paths and the SHA-256 of their files, and
 * the paths of those that are kept once the page has asked for them.
 */
const SITE = { version: "", files: {}, later: [] };

const PREFIX = "hairnet-";
const NAME = PREFIX + SITE.version;
const LIST = "files.json"; // what a cache holds; the site has no file of this name
const runtime = new URL(self.location.href).searchParams.get("runtime");
const address = (path) => new URL(path, self.registration.scope).href;
let stale = false; // whether the server has another page

/** The files that this browser needs: one of the two runtimes, and what it has asked for before. */
const wanted = (kept) =>
  Object.keys(SITE.files).filter((path) =>
    SITE.later.includes(path)
      ? kept.some(({ held }) => held.has(address(path)))
      : !path.startsWith("runtime/") || path.includes(`_${runtime}_`),
  );

async function digest(answer) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function install() {
  if (!SITE.version) throw new Error("the site was not written by hairnet-model web");
  const cache = await caches.open(NAME);
  const kept = await others();
  for (const path of wanted(kept)) {
    const same = kept.find(({ files, held }) => files[path] === SITE.files[path] && held.has(address(path)));
    const answer = (await same?.cache.match(address(path), { ignoreVary: true })) ?? (await fetch(address(path)));
    if (!answer.ok || (await digest(answer.clone())) !== SITE.files[path]) throw new Error(`${path} is another one`);
    await cache.put(address(path), answer);
  }
  await cache.put(address(LIST), new Response(JSON.stringify(SITE.files)));
  await self.skipWaiting();
}

/** Caches of other versions, and what they hold. */
async function others() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  const opened = names.map(async (name) => {
    const cache = await caches.open(name);
    const list = await cache.match(address(LIST));
    const held = new Set((await cache.keys()).map(({ url }) => url));
    return { cache, held, files: list ? await list.json() : {} };
  });
  return Promise.all(opened);
}

async function activate() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== NAME);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Opens no cache: that would make an empty one where a newer worker has deleted this one's. */
async function keptFile(path) {
  return caches.match(address(path), { cacheName: NAME, ignoreVary: true });
}

/** The page: the server's where there is one, for it may be newer. */
async function page(request) {
  try {
    const answer = await fetch(request);
    stale = !answer.ok || (await digest(answer.clone())) !== SITE.files["index.html"];
    return answer;
  } catch (fault) {
    stale = false;
    const kept = await keptFile("index.html");
    if (kept) return kept;
    throw fault;
  }
}

async function file(request, path) {
  const kept = !stale && (await keptFile(path));
  if (kept) return kept;
  const answer = await fetch(request);
  const later = SITE.later.includes(path) && answer.ok;
  if (later && (await digest(answer.clone())) === SITE.files[path] && (await caches.has(NAME))) {
    await (await caches.open(NAME)).put(address(path), answer.clone()).catch(() => undefined); // the disk may be full
  }
  return answer;
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const scope = new URL(self.registration.scope);
  if (request.method !== "GET" || origin !== scope.origin || !pathname.startsWith(scope.pathname)) return;
  const path = decodeURIComponent(pathname.slice(scope.pathname.length)) || "index.html";
  if (request.mode === "navigate" && path === "index.html") event.respondWith(page(request));
  else if (path in SITE.files) event.respondWith(file(request, path));
});
