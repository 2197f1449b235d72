/** Parts of a page that are loaded when they are wanted. The page stands when one cannot be had. */

import { Component, type ComponentType, lazy, type ReactNode, Suspense } from "react";

class Missing extends Error {
  override readonly name = "Missing";
}

/**
 * @param load imports the part; once more when it is wanted again after it could not be had.
 * @param tell says that it could not be had; then `onClose` of its props is called, if it has one.
 */
export function part<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> }>,
  tell: () => void = () => {},
): ComponentType<Props> {
  const wanted = () =>
    lazy(() =>
      load().catch((cause: unknown) => {
        throw new Missing("a part could not be had", { cause });
      }),
    );
  let Loaded: ComponentType<Props> = wanted();
  // biome-ignore lint/correctness/noComponentHookFactories: each part is made once, with its module.
  return function Part(props) {
    function giveUp(): void {
      Loaded = wanted();
      tell();
      (props as { onClose?: () => void }).onClose?.();
    }
    return (
      <IfMissing onMissing={giveUp}>
        <Suspense>
          <Loaded {...props} />
        </Suspense>
      </IfMissing>
    );
  };
}

class IfMissing extends Component<{ onMissing: () => void; children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidCatch(error: unknown) {
    if (error instanceof Missing) this.props.onMissing();
  }

  override render() {
    const { error } = this.state as { error: unknown };
    if (error === null) return this.props.children;
    if (error instanceof Missing) return null;
    throw error;
  }
}
