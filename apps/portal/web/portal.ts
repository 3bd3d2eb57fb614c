// Lets the portal's pages go on by themselves. A page without this script reloads itself (its noscript has a refresh),
// and a form has a button.

const SECOND = 1000;

const mainOf = (page: Document): string => page.querySelector('main')?.innerHTML ?? '';

/** Asks for this page again and again, and loads it when it has changed. A failed request changes nothing. */
async function watchPage(seconds: number): Promise<never> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, seconds * SECOND));
    if (!document.hidden && (await hasChanged())) location.reload();
  }
}

async function hasChanged(): Promise<boolean> {
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
    if (answer.redirected) return true;
    return mainOf(new DOMParser().parseFromString(await answer.text(), 'text/html')) !== mainOf(document);
  } catch {
    return false;
  }
}

const again = Number(document.body.dataset['again']);
if (again > 0) void watchPage(again);

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-again]'))
  setTimeout(() => form.requestSubmit(), Number(form.dataset['again']) * SECOND);
