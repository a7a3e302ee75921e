import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n";
import { Banner } from "../ui/banner";

export function OfflineNote() {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
    };
  }, []);
  return online ? null : <Banner tone="warn" title={t.shell.offline} />;
}
