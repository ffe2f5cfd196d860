// What was refused is read: on a phone it would come up below the screen.
requestAnimationFrame(() => element.scrollIntoView({block: 'nearest'}));
